package dev.ginkgo.testing.cluster;

import dev.ginkgo.Time;
import dev.ginkgo.hub.spi.Backlog;
import dev.ginkgo.hub.spi.Backlogs;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportStats;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One node's way to one peer, and the task that speaks along it:
 *
 * <pre>
 *   greets ------------&gt; opens ------------------&gt; speaks
 *     ^   hello heard      |   first beat heard      |
 *     '--------------------+-------------------------'
 *       refused, or nothing heard for three beats
 * </pre>
 *
 * A peer that does not keep up has a window of words on the way; what is beyond waits in the backlog.
 */
final class SimulatedLink {
    /** After a refusal: the peer has not heard of this node yet. */
    private static final long SOON = Duration.ofMillis(20).toNanos();

    private static final long AGAIN = Duration.ofMillis(250).toNanos();
    private static final long BEAT = Transport.BEAT.toNanos();
    private static final long PATIENCE = 3 * BEAT;
    private static final long WINDOW = 64 * 1024;

    private final SimulatedTransport transport;
    private final Peer peer;
    private final Backlogs backlogs;
    private final Backlog backlog;
    private final Time time;
    private volatile @Nullable Thread speaker;
    private volatile boolean closed;
    private volatile boolean ready;
    private final AtomicLong reconnects = new AtomicLong();

    /** What has come back of one attempt. */
    private static final class Connection {
        final AtomicLong onTheWay = new AtomicLong();
        volatile long heard = -1; // the number of the last word that was heard: 0 the hello, then the beats
        volatile boolean refused;
    }

    SimulatedLink(SimulatedTransport transport, Peer peer, Backlogs backlogs, long budget, Time time) {
        this.transport = transport;
        this.peer = peer;
        this.backlogs = backlogs;
        this.time = time;
        backlog = new Backlog(budget);
        backlogs.add(backlog);
    }

    Origin origin() {
        return peer.origin();
    }

    /** The task. It ends when the link is closed. */
    void run() throws InterruptedException {
        speaker = Thread.currentThread();
        try {
            while (!closed) {
                Connection mine = new Connection();
                if (greet(mine)) {
                    speak(mine);
                    reconnects.incrementAndGet();
                }
            }
        } finally {
            backlogs.remove(backlog);
            ready(false);
        }
    }

    /** Says hello until it is heard; false if that was refused. */
    private boolean greet(Connection mine) throws InterruptedException {
        while (!closed && mine.heard < 0) {
            say(mine, new Word.Hello(peer.origin()), 0);
            long again = time.nanos() + AGAIN;
            while (!closed && mine.heard < 0 && !mine.refused && time.nanos() - again < 0) {
                pause(again);
            }
            if (mine.refused) {
                long soon = time.nanos() + SOON;
                while (!closed && time.nanos() - soon < 0) {
                    pause(soon);
                }
                return false;
            }
        }
        return !closed;
    }

    private void speak(Connection mine) throws InterruptedException {
        try {
            long beats = 1;
            say(mine, new Word.Beat(beats, backlogs.open(backlog), transport.positions()), 0);
            long heard = 0;
            long beatAt = time.nanos() + BEAT;
            long giveUpAt = time.nanos() + PATIENCE;
            while (!closed && !mine.refused && time.nanos() - giveUpAt < 0) {
                if (mine.heard > heard) {
                    heard = mine.heard;
                    giveUpAt = time.nanos() + PATIENCE;
                    ready(true);
                }
                boolean atEnd = true;
                if (mine.onTheWay.get() < WINDOW) {
                    Backlog.Load load = backlog.take(WINDOW);
                    for (Envelope message : load.messages()) {
                        say(mine, new Word.Published(message), message.cost());
                    }
                    atEnd = load.toTheEnd();
                    if (atEnd && time.nanos() - beatAt >= 0) {
                        say(mine, new Word.Beat(++beats, load.last(), transport.positions()), 0);
                        beatAt = time.nanos() + BEAT;
                    }
                }
                if (mine.heard == heard && (backlog.isEmpty() || mine.onTheWay.get() >= WINDOW)) {
                    pause(atEnd && time.nanos() - beatAt < 0 ? Math.min(beatAt, giveUpAt) : giveUpAt);
                }
            }
        } finally {
            backlog.shut();
            ready(false);
        }
    }

    /** What is said counts as on the way until the peer has taken it, or it is lost. */
    private void say(Connection mine, Word word, long cost) {
        mine.onTheWay.addAndGet(cost);
        transport.say(peer, word, new SimulatedTransport.Echo() {
            @Override
            public void heard(long number) {
                mine.heard = Math.max(mine.heard, number);
                wake();
            }

            @Override
            public void refused() {
                mine.refused = true;
                wake();
            }

            @Override
            public void gone() {
                mine.onTheWay.addAndGet(-cost);
                if (cost > 0) {
                    wake();
                }
            }
        });
    }

    private void ready(boolean isReady) {
        if (ready != isReady) {
            ready = isReady;
            transport.ready(peer.origin(), isReady);
        }
    }

    private void pause(long deadline) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        time.park(deadline);
    }

    /** There is something to do. A wake that comes before the pause ends it at once. */
    void wake() {
        Thread thread = speaker;
        if (thread != null) {
            time.unpark(thread);
        }
    }

    void close() {
        closed = true;
        backlogs.remove(backlog);
        wake();
    }

    TransportStats.PeerStats stats() {
        return backlog.stats(peer.origin(), ready, reconnects.get());
    }
}
