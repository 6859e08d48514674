package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import java.util.Map;

/** A message from one transport to another. */
sealed interface TransportMessage {

    /** Opens a connection; acknowledged with the number 0 if the peer knows the sender. */
    record Hello(NodeIncarnation addressee) implements TransportMessage {}

    /**
     * Sent first on a connection and then every heartbeat interval: the sender's positions. Acknowledged with its
     * number, from 1.
     */
    record Heartbeat(long number, long last, Map<NodeIncarnation, Long> positions) implements TransportMessage {}

    /** A published message. */
    record Publication(Envelope message) implements TransportMessage {}

    /** Requests the messages of a missing range. */
    record RangeRequest(SequenceRange range) implements TransportMessage {}

    /** All messages of the requested range that the sender retains. */
    record RangeReply(RangeResponse response) implements TransportMessage {}

    /** Requests the next chunk of a state transfer. */
    record SnapshotRequest(long after) implements TransportMessage {}

    /** One chunk of a state transfer. */
    record SnapshotReply(SnapshotChunk chunk) implements TransportMessage {}
}
