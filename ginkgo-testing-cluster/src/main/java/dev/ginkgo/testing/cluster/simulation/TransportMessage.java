package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import java.util.Map;

/** What one transport says to another. */
sealed interface TransportMessage {

    /** Are you there, and do you know me? Heard with the number 0. */
    record Hello(NodeIncarnation addressee) implements TransportMessage {}

    /** The first word of a connection, and every second one: how far I am. Heard with its number, from 1. */
    record Heartbeat(long number, long last, Map<NodeIncarnation, Long> positions) implements TransportMessage {}

    /** I have published this. */
    record Publication(Envelope message) implements TransportMessage {}

    /** What have you of this? */
    record RangeRequest(SequenceRange range) implements TransportMessage {}

    /** That is all I have. */
    record RangeReply(RangeResponse response) implements TransportMessage {}

    /** What have you in all, from there on? */
    record SnapshotRequest(long after) implements TransportMessage {}

    /** That is some of it. */
    record SnapshotReply(SnapshotChunk chunk) implements TransportMessage {}
}
