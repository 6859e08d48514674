@NullMarked
package dev.ginkgo.mesh.raft.storage;

import org.jspecify.annotations.NullMarked;
