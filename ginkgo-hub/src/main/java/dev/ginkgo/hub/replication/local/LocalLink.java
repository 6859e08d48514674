package dev.ginkgo.hub;

import dev.ginkgo.Time;
import dev.ginkgo.hub.spi.Backlog;
import dev.ginkgo.hub.spi.Backlogs;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Inbox;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.Transport;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;

/** One node's link to one peer in the same process, whose inbox it calls. */
final class LocalLink extends InMemoryLink {
    /** The pause between two looks whether the peer is there. */
    private static final long PATIENCE = Duration.ofMillis(20).toNanos();

    private static final long BEAT = Transport.BEAT.toNanos();
    private static final long AT_ONCE = 64 * 1024;
    private static final int QUESTIONS = 64;

    private final LocalTransport transport;
    private final Origin self;
    private final Queue<Consumer<Inbox>> questions = new ArrayBlockingQueue<>(QUESTIONS);

    LocalLink(LocalTransport transport, Origin self, Peer peer, Backlogs backlogs, long budget, Time time) {
        super(transport, peer, backlogs, budget, time);
        this.transport = transport;
        this.self = self;
    }

    @Override
    protected void connect() throws InterruptedException {
        Inbox inbox = transport.reach(peer(), self);
        if (inbox == null) {
            awaitWork(time().nanos() + PATIENCE);
        } else {
            talk(inbox);
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very one: another run of the peer has another
    private void talk(Inbox inbox) throws InterruptedException {
        try {
            inbox.beat(self, openBacklog(), transport.positions());
            ready(true);
            long beatAt = time().nanos() + BEAT;
            while (!isClosed() && transport.reach(peer(), self) == inbox) {
                Backlog.Load load = backlog().take(AT_ONCE);
                for (Envelope message : load.messages()) {
                    inbox.received(message);
                }
                if (load.toTheEnd() && time().nanos() - beatAt >= 0) {
                    inbox.beat(self, load.last(), transport.positions());
                    beatAt = time().nanos() + BEAT;
                }
                for (Consumer<Inbox> next = questions.poll(); next != null; next = questions.poll()) {
                    next.accept(inbox);
                }
                if (load.toTheEnd()) {
                    awaitWork(beatAt);
                }
            }
        } finally {
            closeBacklog();
        }
    }

    /** Puts a question; if there are too many already, it is dropped, and its asker asks again. */
    void ask(Consumer<Inbox> question) {
        if (questions.offer(question)) {
            wake();
        }
    }
}
