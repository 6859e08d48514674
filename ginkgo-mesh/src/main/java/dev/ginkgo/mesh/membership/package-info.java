/**
 * Membership of this node in the JGroups view: joining, announcing, cluster formation, failure suspicion, and the lease
 * under the policy {@code available}. Depends on {@code node}, {@code raft}, {@code net} and {@code discovery}.
 */
@NullMarked
package dev.ginkgo.mesh.membership;

import org.jspecify.annotations.NullMarked;
