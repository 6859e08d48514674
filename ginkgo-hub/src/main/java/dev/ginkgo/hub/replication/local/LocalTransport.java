package dev.ginkgo.hub.replication.local;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.TransportListener;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The transport {@code local}, between hubs of one process that share a {@link LocalNetwork}. Each link calls the
 * listener of its peer.
 */
public final class LocalTransport extends InMemoryTransport<LocalLink> {
    private final LocalNetwork network;
    private volatile boolean isolated;

    /** Creates a transport in a network. */
    public LocalTransport(LocalNetwork network) {
        this.network = network;
    }

    @Override
    protected Address register() {
        return network.add(this);
    }

    @Override
    protected void unregister() {
        network.remove(this);
    }

    @Override
    protected LocalLink link(Session<LocalLink> current, Peer peer, long budget) {
        return new LocalLink(this, current.self(), peer, current.queues(), budget, time());
    }

    @Override
    public void requestRange(NodeIncarnation peer, SequenceRange sequenceRange) {
        request(peer, (current, remote) -> current.rangeReceived(peer, remote.readRange(sequenceRange)));
    }

    @Override
    public void requestSnapshot(NodeIncarnation peer, long after) {
        request(peer, (current, remote) -> current.snapshotReceived(peer, remote.readSnapshot(after)));
    }

    /** Lets the task of the link call both listeners: this node's and the peer's. */
    private void request(NodeIncarnation peer, BiConsumer<TransportListener, TransportListener> request) {
        Session<LocalLink> current = openSession();
        links(current, peer).forEach(link -> link.request(remote -> request.accept(current.listener(), remote)));
    }

    // ---- for the links of this and of other nodes

    /**
     * Returns the listener of a peer, or null if the peer is not running, is isolated, or does not admit {@code from}.
     */
    @Nullable
    TransportListener reach(Peer peer, NodeIncarnation from) {
        LocalTransport other = network.find(peer.address()).orElse(null);
        return other == null || isolated || other.isolated ? null : other.admit(peer.origin(), from);
    }

    void isolate(boolean newIsolated) {
        isolated = newIsolated;
    }

    private @Nullable TransportListener admit(NodeIncarnation target, NodeIncarnation from) {
        Session<LocalLink> current = session();
        return current != null && current.self().equals(target) && admits(current, from) ? current.listener() : null;
    }
}
