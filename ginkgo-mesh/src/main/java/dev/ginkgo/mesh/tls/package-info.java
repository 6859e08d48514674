@NullMarked
package dev.ginkgo.mesh.tls;

import org.jspecify.annotations.NullMarked;
