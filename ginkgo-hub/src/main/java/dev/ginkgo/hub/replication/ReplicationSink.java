package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import java.util.Set;

/**
 * The store as it is seen by what brings in the messages of other nodes. No call waits for anything, or throws: what
 * cannot be taken is counted and told like what is lost.
 */
public interface ReplicationSink {
    /**
     * Takes a message of another node, or keeps it out, and tells it as lost, if the leadership that it was published under
     * is over. Those of one origin come in their order, each once.
     */
    void relay(Envelope message);

    /** Some messages of another node will not come; called before {@link #relay} of the next one. */
    void lost(Loss loss);

    /** What is held of a stretch of any origin, this node included. */
    RangeResponse readRange(SequenceRange asked);

    /** There is this life of another node, or was; all that is published in it will come, or is told as lost. */
    void incarnationSeen(NodeIncarnation life);

    // ---- when a node begins

    /** All that is held here, from a place on, as far as this ledger knows: positions only of this node. */
    SnapshotChunk readSnapshot(long after, NodeIncarnation self);

    /** Takes what another node holds, before anything else comes. */
    void applySnapshot(SnapshotChunk some);

    /** What was to be taken over cannot be had to its end. */
    void abandonSnapshot();

    /**
     * Messages that nobody could be asked for.
     *
     * @param range which
     * @param unaffectedChannels channels that have lost nothing by it, as what came after says; of all others nobody knows, and
     *     their readers are told
     * @param beforeStart whether all of it was published before this node had begun: then no reader has waited for it, and
     *     only one who resumes is told
     */
    record Loss(SequenceRange range, Set<String> unaffectedChannels, boolean beforeStart) {}
}
