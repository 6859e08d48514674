package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.replication.local.InMemoryTransport;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Carries messages along the links of the test's {@link Simulation}. A task for each peer speaks, and one task hears all that
 * comes, so that a node that is frozen neither speaks nor hears.
 */
final class SimulatedTransport extends InMemoryTransport<SimulatedLink> {
    private final Simulation world;
    private final Queue<ReceivedMessage> heard = new ConcurrentLinkedQueue<>();
    private volatile @Nullable WakeableTimer hearer; // to be used when the run is over, too: words come late

    private record ReceivedMessage(NodeIncarnation from, TransportMessage word, DeliveryCallback echo) {}

    /** What comes back to who has said something. */
    interface DeliveryCallback {
        /** The peer has heard the hello (0), or the beat of that number. */
        void heard(long number);

        /** The peer does not know this node. */
        void refused();

        /** It is on the way no more. */
        void gone();
    }

    SimulatedTransport(Simulation world) {
        this.world = world;
    }

    @Override
    protected Address register() {
        heard.clear();
        WakeableTimer timer = new WakeableTimer(time());
        hearer = timer;
        spawn("hear", () -> hear(timer));
        return world.open(this);
    }

    @Override
    protected void unregister() {
        world.close(this);
    }

    @Override
    protected SimulatedLink link(Session<SimulatedLink> here, Peer peer, long budget) {
        return new SimulatedLink(this, peer, here.backlogs(), budget, time());
    }

    @Override
    public void ask(NodeIncarnation peer, SequenceRange stretch) {
        tell(openSession(), peer, new TransportMessage.RangeRequest(stretch));
    }

    @Override
    public void askAll(NodeIncarnation peer, long after) {
        tell(openSession(), peer, new TransportMessage.SnapshotRequest(after));
    }

    // ---- what is said

    /** Says something to whoever is at the peer's address when it comes there. */
    void say(Peer peer, TransportMessage word, DeliveryCallback echo) {
        Session<SimulatedLink> here = session();
        if (here == null) {
            echo.gone();
            return;
        }
        NodeIncarnation self = here.self();
        world.carry(
                new Route(self.name(), peer.origin().name()),
                () -> {
                    Optional<SimulatedTransport> there = world.at(peer.address());
                    there.ifPresentOrElse(other -> other.come(new ReceivedMessage(self, word, echo)), echo::gone);
                },
                echo::gone);
    }

    private void back(Session<SimulatedLink> here, NodeIncarnation to, Runnable what) {
        world.carry(new Route(here.self().name(), to.name()), what, () -> {});
    }

    // ---- what is heard

    private void come(ReceivedMessage news) {
        heard.add(news);
        WakeableTimer timer = hearer;
        if (timer != null) {
            timer.wake();
        }
    }

    private void hear(WakeableTimer timer) throws InterruptedException {
        while (true) {
            ReceivedMessage next = heard.poll();
            Session<SimulatedLink> here = session();
            if (here == null) {
                return;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (next == null) {
                timer.awaitUntil(WaitQueue.forever(time()));
            } else {
                hear(here, next);
                next.echo.gone();
            }
        }
    }

    private void hear(Session<SimulatedLink> here, ReceivedMessage news) {
        NodeIncarnation from = news.from;
        if (news.word instanceof TransportMessage.Hello hello && !hello.meant().equals(here.self())) {
            return; // for a life of this node that is over
        }
        if (!admits(here, from)) {
            back(here, from, news.echo::refused);
            return;
        }
        switch (news.word) {
            case TransportMessage.Hello _ -> back(here, from, () -> news.echo.heard(0));
            case TransportMessage.Heartbeat beat -> {
                here.inbox().beat(from, beat.last(), beat.positions());
                back(here, from, () -> news.echo.heard(beat.number()));
            }
            case TransportMessage.Publication published -> here.inbox().received(published.message());
            case TransportMessage.RangeRequest question ->
                tell(here, from, new TransportMessage.RangeReply(here.inbox().answer(question.stretch())));
            case TransportMessage.RangeReply reply -> here.inbox().answered(from, reply.answer());
            case TransportMessage.SnapshotRequest question ->
                tell(here, from, new TransportMessage.SnapshotReply(here.inbox().holdings(question.after())));
            case TransportMessage.SnapshotReply reply -> here.inbox().held(from, reply.some());
        }
    }

    private void tell(Session<SimulatedLink> here, NodeIncarnation to, TransportMessage word) {
        links(here, to).forEach(link -> say(link.peer(), word, new NoCallback()));
    }

    /** For words after which nobody waits. */
    private static final class NoCallback implements DeliveryCallback {
        @Override
        public void heard(long number) {}

        @Override
        public void refused() {}

        @Override
        public void gone() {}
    }
}
