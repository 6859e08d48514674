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
 * Base class of transports between hubs in one process. It keeps one {@linkplain InMemoryLink link} per peer, each with
 * its own task, so a slow peer does not delay the others. A subclass registers the transport where its peers find it,
 * and creates the links.
 *
 * @param <L> the type of links
 */
public abstract class InMemoryTransport<L extends InMemoryLink> extends Transport {
    @SuppressWarnings("this-escape") // a service declares its settings while it is constructed
    private final Setting<Size> queueSize = setting("queue", Size.ofMebibytes(16))
            .between(Size.ofKibibytes(1), Size.of("1GiB"))
            .restartRequired()
            .help("Maximum size of the messages that wait for one peer");

    private final LongAdder rejected = new LongAdder();
    private final Object readiness = new Object();
    private final Set<NodeIncarnation> ready = new HashSet<>(); // guarded by readiness
    private volatile @Nullable Session<L> session;

    /**
     * State of one run.
     *
     * @param self this node
     * @param listener the listener of this node's hub
     * @param queues the send queues of all links
     * @param links the links by peer
     */
    public record Session<L extends InMemoryLink>(
            NodeIncarnation self, TransportListener listener, SendQueues queues, Map<Peer, L> links) {}

    /** Creates the transport. */
    protected InMemoryTransport() {}

    /** Makes this transport reachable for its peers, and returns its address. Called by {@link #open}. */
    protected abstract Address register();

    /** Undoes {@link #register}. */
    protected abstract void unregister();

    /** Creates the link to a peer. */
    protected abstract L link(Session<L> current, Peer peer, long budget);

    @Override
    public final Address open(NodeIncarnation self, TransportListener transportListener) {
        session = new Session<>(self, transportListener, new SendQueues(), new ConcurrentHashMap<>());
        return register();
    }

    /** Closes all links; their tasks end. */
    @Override
    protected final void onStop() {
        unregister();
        setPeers(Set.of());
        session = null;
    }

    /** Returns the current run; null before {@link #open} and after the stop. */
    protected final @Nullable Session<L> session() {
        return session;
    }

    /**
     * Returns the current run.
     *
     * @throws NullPointerException if the transport is not open
     */
    protected final Session<L> openSession() {
        return requireNonNull(session, "the transport is not open");
    }

    @Override
    public final synchronized void setPeers(Set<Peer> others) {
        Session<L> current = session;
        if (current == null) {
            return;
        }
        current.links.forEach((peer, link) -> {
            if (!others.contains(peer)) {
                current.links.remove(peer);
                link.close();
            }
        });
        for (Peer peer : others) {
            if (!current.links.containsKey(peer)) {
                L link = link(current, peer, queueSize.get().bytes());
                current.links.put(peer, link);
                spawn("peer-" + peer.origin().name(), link::run);
            }
        }
    }

    @Override
    public final int send(Envelope message) {
        Session<L> current = openSession();
        int accepted = current.queues.offer(message);
        current.links.values().forEach(InMemoryLink::wake);
        return accepted;
    }

    /** Returns the link to a node, if there is one. */
    protected final Stream<L> links(Session<L> current, NodeIncarnation peer) {
        return current.links.values().stream()
                .filter(link -> link.peer().origin().equals(peer));
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
    protected final boolean admits(Session<L> current, NodeIncarnation from) {
        if (current.links.keySet().stream().anyMatch(peer -> peer.origin().equals(from))) {
            return true;
        }
        rejected.increment();
        return false;
    }

    /** Returns the positions of this node's hub; none after the stop. */
    public final Map<NodeIncarnation, Long> positions() {
        Session<L> current = session;
        return current == null ? Map.of() : current.listener.positions();
    }

    final void ready(NodeIncarnation peer, boolean isReady) {
        Session<L> current = session;
        synchronized (readiness) {
            if ((isReady ? ready.add(peer) : ready.remove(peer)) && current != null) {
                current.listener.readyPeersChanged(Set.copyOf(ready));
            }
        }
    }
}
