package dev.ginkgo.hub.replication;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportListener;
import dev.ginkgo.hub.spi.TransportStats;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/** A transport without connections: the test calls its listener, and decides what a send returns. */
final class StubTransport extends Transport {
    private final Consumer<TransportListener> onOpen;
    private final ToIntFunction<Envelope> onSend;

    StubTransport(Consumer<TransportListener> onOpen, ToIntFunction<Envelope> onSend) {
        this.onOpen = onOpen;
        this.onSend = onSend;
    }

    @Override
    public Address open(NodeIncarnation self, TransportListener transportListener) {
        onOpen.accept(transportListener);
        return new Address("stub", 0);
    }

    @Override
    public void setPeers(Set<Peer> others) {}

    @Override
    public int send(Envelope message) {
        return onSend.applyAsInt(message);
    }

    @Override
    public void requestRange(NodeIncarnation peer, SequenceRange sequenceRange) {}

    @Override
    public void requestSnapshot(NodeIncarnation peer, long after) {}

    @Override
    public Set<NodeIncarnation> readyPeers() {
        return Set.of();
    }

    @Override
    public TransportStats stats() {
        return new TransportStats(List.of(), 0);
    }
}
