package dev.ginkgo.mesh.raft;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.mesh.raft.storage.RaftCommand;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jgroups.raft.StateMachine;
import org.jspecify.annotations.Nullable;

/**
 * Replicated state of the cluster: its name, its leader, and the leases that were released. Raft applies committed
 * commands on its own thread; {@link #cluster} and {@link #epoch} may be called by any thread.
 */
public final class ClusterStateMachine implements StateMachine {
    private final ObservedLeases observedLeases;
    private final CoordinatorListener listener;
    private final Runnable onClusterChange;
    private volatile String cluster = "";

    /**
     * @param coordinatorListener notified of the leader
     * @param onClusterChange called when the cluster's name becomes known
     */
    public ClusterStateMachine(
            ObservedLeases observedLeases, CoordinatorListener coordinatorListener, Runnable onClusterChange) {
        this.observedLeases = observedLeases;
        this.listener = coordinatorListener;
        this.onClusterChange = onClusterChange;
    }

    /** Returns the cluster's name; empty until this node belongs to a cluster. */
    public String cluster() {
        return cluster;
    }

    @Override
    public byte @Nullable [] apply(byte[] data, int offset, int length, boolean respond) {
        RaftCommand raftCommand = RaftCommand.decode(data, offset, length);
        switch (raftCommand.kind()) {
            case FORM_CLUSTER -> {
                cluster = raftCommand.name();
                onClusterChange.run();
            }
            case RELEASE -> observedLeases.released(raftCommand);
            case RENEW -> listener.leaderChanged(raftCommand.name(), epoch(raftCommand.term()));
            case NO_OP -> {}
        }
        return null;
    }

    /** Returns the epoch of a Raft term. */
    public Epoch epoch(long term) {
        return new Epoch("mesh-" + cluster, term);
    }

    @Override
    public void readContentFrom(DataInput in) throws IOException {
        cluster = in.readUTF();
        observedLeases.readFrom(in);
        onClusterChange.run();
    }

    @Override
    public void writeContentTo(DataOutput out) throws IOException {
        out.writeUTF(cluster);
        observedLeases.writeTo(out);
    }
}
