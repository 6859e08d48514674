package dev.ginkgo.zeromq;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import java.util.List;
import java.util.Map;

/**
 * Frame from one node to another: the content of one ZeroMQ message.
 *
 * @param from the sender
 * @param to the receiver; a frame for an earlier incarnation of a node is not valid for the current one
 * @param body the content
 */
record Frame(NodeIncarnation from, NodeIncarnation to, Body body) {

    /** Content of a frame. */
    sealed interface Body
            permits Features, Heartbeat, Messages, RangeRequest, RangeReply, SnapshotRequest, SnapshotReply {}

    /**
     * Features of the format that the sender can read. Sent before each heartbeat until the connection is ready, and then
     * once more. A node that does not know the frame rejects it, and announces no features itself.
     *
     * @param flags a sum of {@link #IDEMPOTENCY_KEYS}, {@link #CLIENTS} and numbers of later versions, which are ignored
     */
    record Features(int flags) implements Body {
        /** Messages may have an idempotency record. */
        static final int IDEMPOTENCY_KEYS = 1;

        /** Messages may have the number of the client that has published them. */
        static final int CLIENTS = 2;

        /** The features of this version. */
        static final Features SUPPORTED = new Features(IDEMPOTENCY_KEYS | CLIENTS);

        /** The features of a node that has not announced any. */
        static final Features NONE = new Features(0);

        /** Returns whether messages may have an idempotency record. */
        boolean idempotencyKeys() {
            return (flags & IDEMPOTENCY_KEYS) != 0;
        }

        /** Returns whether messages may have the number of a client. */
        boolean clients() {
            return (flags & CLIENTS) != 0;
        }
    }

    /**
     * Heartbeat: the first frame on a connection apart from {@link Features}, then sent every second.
     *
     * @param last sequence number of the last message that the sender has published
     * @param receiving whether the sender receives frames from the receiver
     * @param others positions of the sender for the other origins that it knows
     */
    record Heartbeat(long last, boolean receiving, Map<NodeIncarnation, Long> others) implements Body {}

    /** Messages that the sender has published. */
    record Messages(List<Envelope> messages) implements Body {}

    /** Request for retransmission of a missing range. */
    record RangeRequest(SequenceRange range) implements Body {}

    /** Response to a {@link RangeRequest}. */
    record RangeReply(RangeResponse response) implements Body {}

    /**
     * Request of a node that has just started for the next chunk of the receiver's retained messages.
     *
     * @param after position in the receiver's order after which the chunk starts; 0 for the first chunk
     */
    record SnapshotRequest(long after) implements Body {
        SnapshotRequest {
            if (after < 0) {
                throw new IllegalArgumentException("snapshot requested after negative position " + after);
            }
        }
    }

    /** Response to a {@link SnapshotRequest}. */
    record SnapshotReply(SnapshotChunk chunk) implements Body {}
}
