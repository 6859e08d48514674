@NullMarked
package dev.ginkgo.mesh.membership;

import org.jspecify.annotations.NullMarked;
