package dev.ginkgo.hub.replication.local;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.SendQueues;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportListener;
import dev.ginkgo.hub.spi.TransportStats;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Base of the transports between hubs of one process: it keeps one {@linkplain InMemoryLink link} for each peer, each
 * with a task of its own, so a slow peer delays no other. A subclass registers the transport where its peers find it,
 * and makes the links.
 *
 * @param <L> the links
 */
public abstract class InMemoryTransport<L extends InMemoryLink> extends Transport {
    @SuppressWarnings("this-escape") // a service declares its settings while it is constructed
    private final Setting<Size> queueSize = setting("queue", Size.ofMebibytes(16))
            .between(Size.ofKibibytes(1), Size.of("1GiB"))
            .restartRequired()
            .help("How much may wait for one peer");

    private final LongAdder rejected = new LongAdder();
    private final Object readiness = new Object();
    private final Set<NodeIncarnation> ready = new HashSet<>(); // guarded by readiness
    private volatile @Nullable Session<L> session;

    /**
     * The state of one run.
     *
     * @param self this node
     * @param inbox of this node's hub
     * @param queues of all links
     * @param links by peer
     */
    public record Session<L extends InMemoryLink>(
            NodeIncarnation self, TransportListener inbox, SendQueues queues, Map<Peer, L> links) {}

    protected InMemoryTransport() {}

    /** Makes this transport reachable for the others. Called by {@link #open}; returns the address. */
    protected abstract Address register();

    /** Undoes {@link #register}. */
    protected abstract void unregister();

    /** Makes the link to a peer. */
    protected abstract L link(Session<L> here, Peer peer, long budget);

    @Override
    public final Address open(NodeIncarnation self, TransportListener transportListener) {
        session = new Session<>(self, transportListener, new SendQueues(), new ConcurrentHashMap<>());
        return register();
    }

    /** Admits no peer any more. The links end with their tasks. */
    @Override
    protected final void onStop() {
        unregister();
        setPeers(Set.of());
        session = null;
    }

    /** The present run; null before {@link #open} and after the stop. */
    protected final @Nullable Session<L> session() {
        return session;
    }

    /** The present run.
     *
     * @throws NullPointerException if there is none
     */
    protected final Session<L> openSession() {
        return requireNonNull(session, "the transport is not open");
    }

    @Override
    public final synchronized void setPeers(Set<Peer> others) {
        Session<L> here = session;
        if (here == null) {
            return;
        }
        here.links.forEach((peer, link) -> {
            if (!others.contains(peer)) {
                here.links.remove(peer);
                link.close();
            }
        });
        for (Peer peer : others) {
            if (!here.links.containsKey(peer)) {
                L link = link(here, peer, queueSize.get().bytes());
                here.links.put(peer, link);
                spawn("peer-" + peer.origin().name(), link::run);
            }
        }
    }

    @Override
    public final int send(Envelope message) {
        Session<L> here = openSession();
        int took = here.queues.offer(message);
        here.links.values().forEach(InMemoryLink::wake);
        return took;
    }

    /** The link to a node, if there is one. */
    protected final Stream<L> links(Session<L> here, NodeIncarnation peer) {
        return here.links.values().stream().filter(link -> link.peer().origin().equals(peer));
    }

    @Override
    public final Set<NodeIncarnation> readyPeers() {
        synchronized (readiness) {
            return Set.copyOf(ready);
        }
    }

    @Override
    public final TransportStats stats() {
        return new TransportStats(
                openSession().links.values().stream().map(InMemoryLink::stats).toList(), rejected.sum());
    }

    /** Returns whether a node is one of the peers; counts it as rejected if not. */
    protected final boolean admits(Session<L> here, NodeIncarnation from) {
        if (here.links.keySet().stream().anyMatch(peer -> peer.origin().equals(from))) {
            return true;
        }
        rejected.increment();
        return false;
    }

    /** The positions of this node's hub; none after the stop. */
    public final Map<NodeIncarnation, Long> positions() {
        Session<L> here = session;
        return here == null ? Map.of() : here.inbox.positions();
    }

    final void ready(NodeIncarnation peer, boolean isReady) {
        Session<L> here = session;
        synchronized (readiness) {
            if ((isReady ? ready.add(peer) : ready.remove(peer)) && here != null) {
                here.inbox.readyPeersChanged(Set.copyOf(ready));
            }
        }
    }
}
