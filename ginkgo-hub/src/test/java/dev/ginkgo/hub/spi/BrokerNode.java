package dev.ginkgo.hub.spi;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A broker with a recording listener instead of a hub. */
final class BrokerNode {
    static final long MILLIS = 1_763_942_400_123L;

    final RecordingBrokerListener listener = new RecordingBrokerListener();
    final Broker broker;
    final NodeIncarnation self;
    final List<BrokerStream> streams;
    private final TransportNodes nodes;
    private long number;

    BrokerNode(TransportNodes nodes, Broker broker, NodeIncarnation self) throws Exception {
        this.nodes = nodes;
        this.broker = broker;
        this.self = self;
        nodes.start(broker);
        streams = broker.open(self, listener);
    }

    /** Reads all streams after their present end. */
    void readNew() {
        for (BrokerStream each : streams) {
            listener.expect(each.stream(), each.last());
            broker.read(each.stream(), new ReadStart.After(each.last()));
        }
    }

    /** Reads all streams from a start whose earlier positions are reported as lost. */
    void read(ReadStart start) {
        for (BrokerStream each : streams) {
            listener.expect(each.stream(), 0);
            broker.read(each.stream(), start);
        }
    }

    CompletableFuture<BrokerPosition> append(String channel, String text) {
        return broker.append(message(channel, text.getBytes(StandardCharsets.UTF_8), Optional.empty()));
    }

    /** Returns a message of this node with the next number. */
    synchronized BrokerMessage message(String channel, byte[] payload, Optional<IdempotencyKey> key) {
        return new BrokerMessage(self, ++number, channel, false, payload, MILLIS, Optional.empty(), key, 0);
    }

    List<String> texts() {
        return listener.received().stream()
                .map(RecordingBrokerListener.Received::text)
                .toList();
    }

    void stop() {
        nodes.stop(broker);
        listener.stopped = true;
    }
}
