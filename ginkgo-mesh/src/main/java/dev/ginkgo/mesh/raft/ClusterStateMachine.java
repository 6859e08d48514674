package dev.ginkgo.mesh.raft;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.mesh.raft.storage.RaftCommand;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jgroups.raft.StateMachine;
import org.jspecify.annotations.Nullable;

/** What is committed: which cluster this is, who leads it, and which leases were released. Called by Raft's thread. */
public final class ClusterStateMachine implements StateMachine {
    private final ObservedLeases observedLeases;
    private final CoordinatorListener listener;
    private final Runnable onClusterChange;
    private volatile String cluster = "";

    /**
     * @param coordinatorListener told who leads
     * @param changed told when this node has become one of a cluster
     */
    public ClusterStateMachine(
            ObservedLeases observedLeases, CoordinatorListener coordinatorListener, Runnable changed) {
        this.observedLeases = observedLeases;
        this.listener = coordinatorListener;
        this.onClusterChange = changed;
    }

    /** The cluster's name; empty in a node that has none yet. */
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

    /** The epoch of a term of Raft's. */
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
