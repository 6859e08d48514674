package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.hub.replication.local.InMemoryLink;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.SendQueue;
import dev.ginkgo.hub.spi.SendQueues;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

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
final class SimulatedLink extends InMemoryLink {
    /** After a refusal: the peer has not heard of this node yet. */
    private static final long SOON = Duration.ofMillis(20).toNanos();

    private static final long AGAIN = Duration.ofMillis(250).toNanos();
    private static final long BEAT = Transport.BEAT.toNanos();
    private static final long PATIENCE = 3 * BEAT;
    private static final long WINDOW = 64 * 1024;

    private final SimulatedTransport transport;

    /** What has come back of one attempt. */
    private static final class Connection {
        final AtomicLong onTheWay = new AtomicLong();
        volatile long heard = -1; // the number of the last word that was heard: 0 the hello, then the beats
        volatile boolean refused;
    }

    SimulatedLink(SimulatedTransport transport, Peer peer, SendQueues backlogs, long budget, TimeSource time) {
        super(transport, peer, backlogs, budget, time);
        this.transport = transport;
    }

    @Override
    protected void connect() throws InterruptedException {
        Connection mine = new Connection();
        if (greet(mine)) {
            speak(mine);
            reconnecting();
        }
    }

    /** Says hello until it is heard; false if that was refused. */
    private boolean greet(Connection mine) throws InterruptedException {
        TimeSource time = time();
        while (!isClosed() && mine.heard < 0) {
            say(mine, new TransportMessage.Hello(peer().origin()), 0);
            long again = time.nanos() + AGAIN;
            while (!isClosed() && mine.heard < 0 && !mine.refused && time.nanos() - again < 0) {
                awaitWork(again);
            }
            if (mine.refused) {
                long soon = time.nanos() + SOON;
                while (!isClosed() && time.nanos() - soon < 0) {
                    awaitWork(soon);
                }
                return false;
            }
        }
        return !isClosed();
    }

    private void speak(Connection mine) throws InterruptedException {
        TimeSource time = time();
        try {
            long beats = 1;
            say(mine, new TransportMessage.Heartbeat(beats, openBacklog(), transport.positions()), 0);
            long heard = 0;
            long beatAt = time.nanos() + BEAT;
            long giveUpAt = time.nanos() + PATIENCE;
            while (!isClosed() && !mine.refused && time.nanos() - giveUpAt < 0) {
                if (mine.heard > heard) {
                    heard = mine.heard;
                    giveUpAt = time.nanos() + PATIENCE;
                    ready(true);
                }
                boolean atEnd = true;
                if (mine.onTheWay.get() < WINDOW) {
                    SendQueue.SendBatch load = backlog().take(WINDOW);
                    for (Envelope message : load.messages()) {
                        say(mine, new TransportMessage.Publication(message), message.cost());
                    }
                    atEnd = load.toTheEnd();
                    if (atEnd && time.nanos() - beatAt >= 0) {
                        say(mine, new TransportMessage.Heartbeat(++beats, load.last(), transport.positions()), 0);
                        beatAt = time.nanos() + BEAT;
                    }
                }
                if (mine.heard == heard && (backlog().isEmpty() || mine.onTheWay.get() >= WINDOW)) {
                    awaitWork(atEnd && time.nanos() - beatAt < 0 ? Math.min(beatAt, giveUpAt) : giveUpAt);
                }
            }
        } finally {
            closeBacklog();
        }
    }

    /** What is said counts as on the way until the peer has taken it, or it is lost. */
    private void say(Connection mine, TransportMessage word, long cost) {
        mine.onTheWay.addAndGet(cost);
        transport.say(peer(), word, new SimulatedTransport.DeliveryCallback() {
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
}
