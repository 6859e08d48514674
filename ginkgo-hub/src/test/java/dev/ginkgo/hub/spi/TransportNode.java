package dev.ginkgo.hub.spi;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.config.Address;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** A transport with a recording listener instead of a hub. */
final class TransportNode {
    static final long MILLIS = 1_763_942_400_123L;

    final RecordingTransportListener listener = new RecordingTransportListener();
    final Transport transport;
    final NodeIncarnation self;
    private final Address address;
    private final TransportNodes nodes;

    // guarded by this
    private long last;

    TransportNode(TransportNodes nodes, Transport transport, NodeIncarnation self) throws Exception {
        this.nodes = nodes;
        this.transport = transport;
        this.self = self;
        nodes.start(transport);
        address = transport.open(self, listener);
    }

    /** Sets these nodes as the peers. */
    void setPeers(TransportNode... all) {
        Set<Peer> peers = new HashSet<>();
        for (TransportNode node : all) {
            if (node != this) {
                peers.add(new Peer(node.self, node.address));
            }
        }
        transport.setPeers(peers);
    }

    /** Sets a node as the only peer, under another name or incarnation. */
    void setPeerAs(TransportNode node, NodeIncarnation nodeIncarnation) {
        transport.setPeers(Set.of(new Peer(nodeIncarnation, node.address)));
    }

    int send(String channel, String text) {
        return send(channel, text.getBytes(StandardCharsets.UTF_8), false, Optional.empty());
    }

    synchronized int send(String channel, byte[] payload, boolean binary, Optional<Epoch> epoch) {
        last++;
        return transport.send(new Envelope(self, last, last - 1, channel, binary, payload, MILLIS, epoch));
    }

    synchronized long last() {
        return last;
    }

    TransportStats.PeerStats statsOf(TransportNode peer) {
        return transport.stats().peers().stream()
                .filter(each -> each.peer().equals(peer.self))
                .findFirst()
                .orElseThrow();
    }

    void stop() {
        nodes.stop(transport);
    }
}
