package dev.ginkgo.zeromq;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import java.util.List;
import java.util.Map;

/**
 * What one node says to another in one ZeroMQ message.
 *
 * @param from who says it
 * @param to to whom: what was said to an earlier life of a node is of no use to the present one
 * @param body what
 */
record Frame(NodeIncarnation from, NodeIncarnation to, Body body) {

    sealed interface Body permits Heartbeat, Messages, RangeRequest, RangeReply, SnapshotRequest, SnapshotReply {}

    /**
     * How far the sender has published, whether it hears the one it speaks to, and how far it is with the others. The
     * first that is said on a connection, and a word every second.
     */
    record Heartbeat(long last, boolean receiving, Map<NodeIncarnation, Long> others) implements Body {}

    /** What the sender has published. */
    record Messages(List<Envelope> messages) implements Body {}

    /** The sender has missed something. */
    record RangeRequest(SequenceRange range) implements Body {}

    /** What the sender has of it. */
    record RangeReply(RangeResponse response) implements Body {}

    /** The sender has just begun, and wants what the other holds. */
    record SnapshotRequest(long after) implements Body {
        SnapshotRequest {
            if (after < 0) {
                throw new IllegalArgumentException("it asks for all from " + after + " on");
            }
        }
    }

    /** What the sender holds. */
    record SnapshotReply(SnapshotChunk chunk) implements Body {}
}
