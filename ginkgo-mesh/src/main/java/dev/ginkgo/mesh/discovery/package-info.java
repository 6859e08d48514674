@NullMarked
package dev.ginkgo.mesh.discovery;

import org.jspecify.annotations.NullMarked;
