package dev.ginkgo.hub;

import dev.ginkgo.Time;
import dev.ginkgo.hub.spi.Backlog;
import dev.ginkgo.hub.spi.Backlogs;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Inbox;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportStats;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One node's way to one peer in the same process: what waits for it, and the task that hands it over. */
final class LocalLink {
    /** The pause between two looks whether the peer is there. */
    private static final long PATIENCE = Duration.ofMillis(20).toNanos();

    private static final long BEAT = Transport.BEAT.toNanos();
    private static final long AT_ONCE = 64 * 1024;
    private static final int QUESTIONS = 64;

    private final LocalTransport transport;
    private final Origin self;
    private final Peer peer;
    private final Backlogs backlogs;
    private final Backlog backlog;
    private final Time time;
    private final Queue<Consumer<Inbox>> questions = new ArrayBlockingQueue<>(QUESTIONS);
    private volatile @Nullable Thread waiter;
    private volatile boolean closed;
    private volatile boolean ready;

    LocalLink(LocalTransport transport, Origin self, Peer peer, Backlogs backlogs, long budget, Time time) {
        this.transport = transport;
        this.self = self;
        this.peer = peer;
        this.backlogs = backlogs;
        this.time = time;
        backlog = new Backlog(budget);
        backlogs.add(backlog);
    }

    /** The task. It ends when the link is closed. */
    void run() throws InterruptedException {
        try {
            while (!closed) {
                Inbox inbox = transport.reach(peer, self);
                if (inbox == null) {
                    pause(time.nanos() + PATIENCE);
                } else {
                    talk(inbox);
                }
            }
        } finally {
            backlogs.remove(backlog);
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very one: another run of the peer has another
    private void talk(Inbox inbox) throws InterruptedException {
        try {
            inbox.beat(self, backlogs.open(backlog), transport.positions());
            ready(true);
            long beatAt = time.nanos() + BEAT;
            while (!closed && transport.reach(peer, self) == inbox) {
                Backlog.Load load = backlog.take(AT_ONCE);
                for (Envelope message : load.messages()) {
                    inbox.received(message);
                }
                if (load.toTheEnd() && time.nanos() - beatAt >= 0) {
                    inbox.beat(self, load.last(), transport.positions());
                    beatAt = time.nanos() + BEAT;
                }
                for (Consumer<Inbox> next = questions.poll(); next != null; next = questions.poll()) {
                    next.accept(inbox);
                }
                if (load.toTheEnd()) {
                    pause(beatAt);
                }
            }
        } finally {
            backlog.shut();
            ready(false);
        }
    }

    private void ready(boolean isReady) {
        if (ready != isReady) {
            ready = isReady;
            transport.ready(peer.origin(), isReady);
        }
    }

    private void pause(long deadline) throws InterruptedException {
        waiter = Thread.currentThread(); // before the look, so that no wake is missed
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (!closed && backlog.isEmpty() && questions.isEmpty()) {
                time.park(deadline);
            }
        } finally {
            waiter = null;
        }
    }

    /** There is something to do. */
    void wake() {
        Thread thread = waiter;
        if (thread != null) {
            time.unpark(thread);
        }
    }

    /** Puts a question; if there are too many already, it is dropped, and its asker asks again. */
    void ask(Consumer<Inbox> question) {
        if (questions.offer(question)) {
            wake();
        }
    }

    void close() {
        closed = true;
        backlogs.remove(backlog);
        wake();
    }

    TransportStats.PeerStats stats() {
        return backlog.stats(peer.origin(), ready, 0);
    }
}
