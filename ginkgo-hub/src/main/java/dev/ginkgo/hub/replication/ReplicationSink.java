package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import java.util.Set;

/**
 * The store as seen by replication. No method blocks or throws; a message that cannot be accepted is counted and
 * reported as lost.
 */
public interface ReplicationSink {
    /**
     * Accepts a message of another node, or rejects it and reports it as lost if its epoch is superseded. Messages of
     * one origin arrive in order, each once.
     */
    void relay(Envelope message);

    /** Records that messages of another node will not arrive. Called before {@link #relay} of the next message. */
    void recordLoss(Loss loss);

    /** Returns the retained messages of a range of any origin, including this node. */
    RangeResponse readRange(SequenceRange requested);

    /**
     * Records that an incarnation of another node exists or existed. All its messages will arrive or be reported as
     * lost.
     */
    void incarnationSeen(NodeIncarnation incarnation);

    // ---- state transfer

    /** Returns the next chunk of a snapshot. Of the positions, it contains only that of this node. */
    SnapshotChunk readSnapshot(long after, NodeIncarnation self);

    /** Applies a chunk of another node's snapshot, before any other message is accepted. */
    void applySnapshot(SnapshotChunk chunk);

    /** Abandons a state transfer that cannot be completed. */
    void abandonSnapshot();

    /**
     * Messages that could not be retransmitted by any peer.
     *
     * @param range the messages
     * @param unaffectedChannels channels that have certainly lost nothing, according to later messages; subscribers of
     *     all other channels receive a gap
     * @param beforeStart whether all of them were published before this node was started; then only a subscriber that
     *     resumes receives a gap
     */
    record Loss(SequenceRange range, Set<String> unaffectedChannels, boolean beforeStart) {}
}
