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
    private final ObservedLeases receipts;
    private final CoordinatorListener seat;
    private final Runnable changed;
    private volatile String cluster = "";

    /**
     * @param seat told who leads
     * @param changed told when this node has become one of a cluster
     */
    public ClusterStateMachine(ObservedLeases receipts, CoordinatorListener seat, Runnable changed) {
        this.receipts = receipts;
        this.seat = seat;
        this.changed = changed;
    }

    /** The cluster's name; empty in a node that has none yet. */
    public String cluster() {
        return cluster;
    }

    @Override
    public byte @Nullable [] apply(byte[] data, int offset, int length, boolean respond) {
        RaftCommand command = RaftCommand.decode(data, offset, length);
        switch (command.kind()) {
            case FOUND -> {
                cluster = command.name();
                changed.run();
            }
            case RELEASE -> receipts.released(command);
            case RENEW -> seat.leader(command.name(), epoch(command.term()));
            case BARRIER -> {}
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
        receipts.readFrom(in);
        changed.run();
    }

    @Override
    public void writeContentTo(DataOutput out) throws IOException {
        out.writeUTF(cluster);
        receipts.writeTo(out);
    }
}
