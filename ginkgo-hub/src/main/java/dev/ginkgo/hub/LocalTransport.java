package dev.ginkgo.hub;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.spi.Backlogs;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Inbox;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.Stretch;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportStats;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The transport {@code local}: between hubs of one process, which are in one {@link LocalNetwork}. A task for each peer
 * hands it what waits for it, so a peer that takes its time keeps nobody else waiting.
 */
final class LocalTransport extends Transport {
    private final Setting<Size> queue = setting("queue", Size.ofMebibytes(16))
            .between(Size.ofKibibytes(1), Size.of("1GiB"))
            .fixed()
            .help("How much may wait for one peer");

    private final LocalNetwork network;
    private final LongAdder refused = new LongAdder();
    private final Object readiness = new Object();
    private final Set<Origin> ready = new HashSet<>(); // guarded by readiness
    private volatile @Nullable Station station;
    private volatile boolean isolated;

    /** What belongs to one run. */
    private record Station(Origin self, Inbox inbox, Backlogs backlogs, Map<Peer, LocalLink> links) {}

    LocalTransport(LocalNetwork network) {
        this.network = network;
    }

    @Override
    public Address open(Origin self, Inbox inbox) {
        station = new Station(self, inbox, new Backlogs(), new ConcurrentHashMap<>());
        return network.add(this);
    }

    /** Lets nobody in any more. The links end with their tasks. */
    @Override
    protected void onStop() {
        network.remove(this);
        peers(Set.of());
        station = null;
    }

    private Station station() {
        return requireNonNull(station, "the transport is not open");
    }

    @Override
    public synchronized void peers(Set<Peer> others) {
        Station here = station;
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
                LocalLink link = new LocalLink(
                        this, here.self, peer, here.backlogs, queue.get().bytes(), time());
                here.links.put(peer, link);
                spawn("peer-" + peer.origin().name(), link::run);
            }
        }
    }

    @Override
    public int send(Envelope message) {
        Station here = station();
        int took = here.backlogs.offer(message);
        here.links.values().forEach(LocalLink::wake);
        return took;
    }

    @Override
    public void ask(Origin peer, Stretch stretch) {
        Station here = station();
        put(here, peer, there -> here.inbox.answered(peer, there.answer(stretch)));
    }

    @Override
    public void askAll(Origin peer, long after) {
        Station here = station();
        put(here, peer, there -> here.inbox.held(peer, there.holdings(after)));
    }

    private static void put(Station here, Origin peer, Consumer<Inbox> question) {
        here.links.forEach((each, link) -> {
            if (each.origin().equals(peer)) {
                link.ask(question);
            }
        });
    }

    @Override
    public Set<Origin> readyPeers() {
        synchronized (readiness) {
            return Set.copyOf(ready);
        }
    }

    @Override
    public TransportStats stats() {
        return new TransportStats(
                station().links.values().stream().map(LocalLink::stats).toList(), refused.sum());
    }

    // ---- for the links of this and of other nodes

    /** The peer as it is now, if it is there and has let {@code from} in. */
    @Nullable
    Inbox reach(Peer peer, Origin from) {
        LocalTransport other = network.at(peer.address()).orElse(null);
        return other == null || isolated || other.isolated ? null : other.admit(peer.origin(), from);
    }

    void isolate(boolean cut) {
        isolated = cut;
    }

    private @Nullable Inbox admit(Origin meant, Origin from) {
        Station here = station;
        if (here == null || !here.self.equals(meant)) {
            return null;
        }
        if (here.links.keySet().stream().noneMatch(peer -> peer.origin().equals(from))) {
            refused.increment();
            return null;
        }
        return here.inbox;
    }

    Map<Origin, Long> positions() {
        Station here = station;
        return here == null ? Map.of() : here.inbox.positions();
    }

    void ready(Origin peer, boolean isReady) {
        Station here = station;
        synchronized (readiness) {
            if ((isReady ? ready.add(peer) : ready.remove(peer)) && here != null) {
                here.inbox.ready(Set.copyOf(ready));
            }
        }
    }
}
