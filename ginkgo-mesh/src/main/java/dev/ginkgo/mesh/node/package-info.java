@NullMarked
package dev.ginkgo.mesh.node;

import org.jspecify.annotations.NullMarked;
