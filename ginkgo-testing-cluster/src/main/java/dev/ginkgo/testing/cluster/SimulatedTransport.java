package dev.ginkgo.testing.cluster;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Setting;
import dev.ginkgo.Time;
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
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Carries messages along the links of the test's {@link World}. A task for each peer speaks, and one task hears all that
 * comes, so that a node that is frozen neither speaks nor hears.
 */
final class SimulatedTransport extends Transport {
    private final Setting<Size> queue = setting("queue", Size.ofMebibytes(16))
            .between(Size.ofKibibytes(1), Size.of("1GiB"))
            .fixed()
            .help("How much may wait for one peer");

    private final World world;
    private final LongAdder refused = new LongAdder();
    private final Object readiness = new Object();
    private final Set<Origin> ready = new HashSet<>(); // guarded by readiness
    private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Station station;
    private volatile @Nullable Time time; // to be used when the run is over, too: words come late
    private volatile @Nullable Thread hearer;

    /** What belongs to one run. */
    private record Station(Origin self, Inbox inbox, Backlogs backlogs, Map<Peer, SimulatedLink> links) {
        boolean knows(Origin other) {
            return links.keySet().stream().anyMatch(peer -> peer.origin().equals(other));
        }
    }

    private record Heard(Origin from, Word word, Echo echo) {}

    /** What comes back to who has said something. */
    interface Echo {
        /** The peer has heard the hello (0), or the beat of that number. */
        void heard(long number);

        /** The peer does not know this node. */
        void refused();

        /** It is on the way no more. */
        void gone();
    }

    SimulatedTransport(World world) {
        this.world = world;
    }

    @Override
    public Address open(Origin self, Inbox inbox) {
        heard.clear();
        time = time();
        station = new Station(self, inbox, new Backlogs(), new ConcurrentHashMap<>());
        spawn("hear", this::hear);
        return world.open(this);
    }

    /** Lets nobody in any more. The links end with their tasks. */
    @Override
    protected void onStop() {
        world.close(this);
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
                SimulatedLink link =
                        new SimulatedLink(this, peer, here.backlogs, queue.get().bytes(), time());
                here.links.put(peer, link);
                spawn("peer-" + peer.origin().name(), link::run);
            }
        }
    }

    @Override
    public int send(Envelope message) {
        Station here = station();
        int took = here.backlogs.offer(message);
        here.links.values().forEach(SimulatedLink::wake);
        return took;
    }

    @Override
    public void ask(Origin peer, Stretch stretch) {
        tell(station(), peer, new Word.Question(stretch));
    }

    @Override
    public void askAll(Origin peer, long after) {
        tell(station(), peer, new Word.AllQuestion(after));
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
                station().links.values().stream().map(SimulatedLink::stats).toList(), refused.sum());
    }

    // ---- what is said

    /** Says something to whoever is at the peer's address when it comes there. */
    void say(Peer peer, Word word, Echo echo) {
        Station here = station;
        if (here == null) {
            echo.gone();
            return;
        }
        Origin self = here.self;
        world.carry(
                new Lane(self.name(), peer.origin().name()),
                () -> {
                    Optional<SimulatedTransport> there = world.at(peer.address());
                    there.ifPresentOrElse(other -> other.come(new Heard(self, word, echo)), echo::gone);
                },
                echo::gone);
    }

    private void back(Station here, Origin to, Runnable what) {
        world.carry(new Lane(here.self.name(), to.name()), what, () -> {});
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

    // ---- what is heard

    private void come(Heard news) {
        heard.add(news);
        Thread thread = hearer;
        Time clock = time;
        if (thread != null && clock != null) {
            clock.unpark(thread);
        }
    }

    private void hear() throws InterruptedException {
        hearer = Thread.currentThread();
        while (true) {
            Heard next = heard.poll();
            Station here = station;
            if (here == null) {
                return;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (next == null) {
                time().park(time().nanos() + Long.MAX_VALUE / 2);
            } else {
                hear(here, next);
                next.echo.gone();
            }
        }
    }

    private void hear(Station here, Heard news) {
        Origin from = news.from;
        if (news.word instanceof Word.Hello hello && !hello.meant().equals(here.self)) {
            return; // for a life of this node that is over
        }
        if (!here.knows(from)) {
            refused.increment();
            back(here, from, news.echo::refused);
            return;
        }
        switch (news.word) {
            case Word.Hello _ -> back(here, from, () -> news.echo.heard(0));
            case Word.Beat beat -> {
                here.inbox.beat(from, beat.last(), beat.positions());
                back(here, from, () -> news.echo.heard(beat.number()));
            }
            case Word.Published published -> here.inbox.received(published.message());
            case Word.Question question -> tell(here, from, new Word.Reply(here.inbox.answer(question.stretch())));
            case Word.Reply reply -> here.inbox.answered(from, reply.answer());
            case Word.AllQuestion question ->
                tell(here, from, new Word.AllReply(here.inbox.holdings(question.after())));
            case Word.AllReply reply -> here.inbox.held(from, reply.some());
        }
    }

    private void tell(Station here, Origin to, Word word) {
        here.links.keySet().stream()
                .filter(peer -> peer.origin().equals(to))
                .forEach(peer -> say(peer, word, new Silent()));
    }

    /** For words after which nobody waits. */
    private static final class Silent implements Echo {
        @Override
        public void heard(long number) {}

        @Override
        public void refused() {}

        @Override
        public void gone() {}
    }
}
