@NullMarked
package dev.ginkgo.mesh.raft;

import org.jspecify.annotations.NullMarked;
