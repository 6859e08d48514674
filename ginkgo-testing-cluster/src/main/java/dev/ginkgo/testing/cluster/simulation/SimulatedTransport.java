package dev.ginkgo.testing.cluster;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.InMemoryTransport;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.Stretch;
import dev.ginkgo.internal.concurrent.Waiters;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Carries messages along the links of the test's {@link World}. A task for each peer speaks, and one task hears all that
 * comes, so that a node that is frozen neither speaks nor hears.
 */
final class SimulatedTransport extends InMemoryTransport<SimulatedLink> {
    private final World world;
    private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();
    private volatile @Nullable WakeableTimer hearer; // to be used when the run is over, too: words come late

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
    public void ask(Origin peer, Stretch stretch) {
        tell(openSession(), peer, new Word.Question(stretch));
    }

    @Override
    public void askAll(Origin peer, long after) {
        tell(openSession(), peer, new Word.AllQuestion(after));
    }

    // ---- what is said

    /** Says something to whoever is at the peer's address when it comes there. */
    void say(Peer peer, Word word, Echo echo) {
        Session<SimulatedLink> here = session();
        if (here == null) {
            echo.gone();
            return;
        }
        Origin self = here.self();
        world.carry(
                new Lane(self.name(), peer.origin().name()),
                () -> {
                    Optional<SimulatedTransport> there = world.at(peer.address());
                    there.ifPresentOrElse(other -> other.come(new Heard(self, word, echo)), echo::gone);
                },
                echo::gone);
    }

    private void back(Session<SimulatedLink> here, Origin to, Runnable what) {
        world.carry(new Lane(here.self().name(), to.name()), what, () -> {});
    }

    // ---- what is heard

    private void come(Heard news) {
        heard.add(news);
        WakeableTimer timer = hearer;
        if (timer != null) {
            timer.wake();
        }
    }

    private void hear(WakeableTimer timer) throws InterruptedException {
        while (true) {
            Heard next = heard.poll();
            Session<SimulatedLink> here = session();
            if (here == null) {
                return;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (next == null) {
                timer.awaitUntil(Waiters.forever(time()));
            } else {
                hear(here, next);
                next.echo.gone();
            }
        }
    }

    private void hear(Session<SimulatedLink> here, Heard news) {
        Origin from = news.from;
        if (news.word instanceof Word.Hello hello && !hello.meant().equals(here.self())) {
            return; // for a life of this node that is over
        }
        if (!admits(here, from)) {
            back(here, from, news.echo::refused);
            return;
        }
        switch (news.word) {
            case Word.Hello _ -> back(here, from, () -> news.echo.heard(0));
            case Word.Beat beat -> {
                here.inbox().beat(from, beat.last(), beat.positions());
                back(here, from, () -> news.echo.heard(beat.number()));
            }
            case Word.Published published -> here.inbox().received(published.message());
            case Word.Question question ->
                tell(here, from, new Word.Reply(here.inbox().answer(question.stretch())));
            case Word.Reply reply -> here.inbox().answered(from, reply.answer());
            case Word.AllQuestion question ->
                tell(here, from, new Word.AllReply(here.inbox().holdings(question.after())));
            case Word.AllReply reply -> here.inbox().held(from, reply.some());
        }
    }

    private void tell(Session<SimulatedLink> here, Origin to, Word word) {
        links(here, to).forEach(link -> say(link.peer(), word, new Silent()));
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
