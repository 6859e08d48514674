/**
 * Leadership by Raft under the policy {@code quorum}: elections, changes of the voters, the replicated state, and the
 * leader's lease. Extends jgroups-raft; depends on {@code raft.storage} and {@code node}.
 */
@NullMarked
package dev.ginkgo.mesh.raft;

import org.jspecify.annotations.NullMarked;
