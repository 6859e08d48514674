package dev.ginkgo.hub.replication.local;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.TransportListener;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The transport {@code local}: between hubs of one process, which are in one {@link LocalNetwork}. Each link calls the
 * inbox of its peer.
 */
public final class LocalTransport extends InMemoryTransport<LocalLink> {
    private final LocalNetwork network;
    private volatile boolean isolated;

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
    protected LocalLink link(Session<LocalLink> here, Peer peer, long budget) {
        return new LocalLink(this, here.self(), peer, here.queues(), budget, time());
    }

    @Override
    public void requestRange(NodeIncarnation peer, SequenceRange sequenceRange) {
        ask(peer, (here, there) -> here.rangeReceived(peer, there.readRange(sequenceRange)));
    }

    @Override
    public void requestSnapshot(NodeIncarnation peer, long after) {
        ask(peer, (here, there) -> here.snapshots(peer, there.readSnapshot(after)));
    }

    /** Has the task of the link call both inboxes, this node's and the peer's. */
    private void ask(NodeIncarnation peer, BiConsumer<TransportListener, TransportListener> question) {
        Session<LocalLink> here = openSession();
        links(here, peer).forEach(link -> link.request(there -> question.accept(here.inbox(), there)));
    }

    // ---- for the links of this and of other nodes

    /** The peer as it is now, if it is there and has let {@code from} in. */
    @Nullable
    TransportListener reach(Peer peer, NodeIncarnation from) {
        LocalTransport other = network.find(peer.address()).orElse(null);
        return other == null || isolated || other.isolated ? null : other.admit(peer.origin(), from);
    }

    void isolate(boolean cut) {
        isolated = cut;
    }

    private @Nullable TransportListener admit(NodeIncarnation meant, NodeIncarnation from) {
        Session<LocalLink> here = session();
        return here != null && here.self().equals(meant) && admits(here, from) ? here.inbox() : null;
    }
}
