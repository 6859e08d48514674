package dev.ginkgo.mesh.raft;

import dev.ginkgo.cluster.model.Epoch;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Session of this node in the view, as far as leader election and changes of the voters need it. Thread-safe. */
public interface RaftSession {

    /** Returns the Raft protocol; null under a policy that elects no leader. */
    @Nullable
    MeshRaft raft();

    /** Returns the name of the cluster; empty until this node belongs to one. */
    String cluster();

    /** Returns the epoch of a Raft term. */
    Epoch epoch(long term);

    /** Returns why this session is over; empty while it continues. */
    Optional<String> endReason();

    /**
     * Asks another voter that has every entry of the log to start an election in place of this leader. May be repeated
     * until it has been elected.
     */
    void requestSuccession();

    /** Ends this session: the node leaves the view and joins again. */
    void end(String reason);
}
