@NullMarked
package dev.ginkgo.mesh.net;

import org.jspecify.annotations.NullMarked;
