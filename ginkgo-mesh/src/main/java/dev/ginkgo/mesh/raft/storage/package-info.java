/**
 * Persistent Raft state of one node: data directory, write-ahead log, log records and commands. Depends on
 * jgroups-raft, not on other packages of this module.
 */
@NullMarked
package dev.ginkgo.mesh.raft.storage;

import org.jspecify.annotations.NullMarked;
