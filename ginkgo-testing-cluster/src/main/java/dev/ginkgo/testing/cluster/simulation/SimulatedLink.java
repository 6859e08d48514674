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
    private static final long RETRY_AFTER_REJECTION = Duration.ofMillis(20).toNanos();

    private static final long HELLO_INTERVAL = Duration.ofMillis(250).toNanos();
    private static final long HEARTBEAT_INTERVAL = Transport.HEARTBEAT_INTERVAL.toNanos();
    private static final long TIMEOUT = 3 * HEARTBEAT_INTERVAL;
    private static final long WINDOW = 64 * 1024;

    private final SimulatedTransport transport;

    /** What has come back of one attempt. */
    private static final class Connection {
        final AtomicLong bytesInFlight = new AtomicLong();
        volatile long acknowledged = -1; // the number of the last word that was heard: 0 the hello, then the beats
        volatile boolean rejected;
    }

    SimulatedLink(SimulatedTransport transport, Peer peer, SendQueues sendQueues, long budget, TimeSource timeSource) {
        super(transport, peer, sendQueues, budget, timeSource);
        this.transport = transport;
    }

    @Override
    protected void connect() throws InterruptedException {
        Connection mine = new Connection();
        if (handshake(mine)) {
            transmit(mine);
            reconnecting();
        }
    }

    /** Says hello until it is heard; false if that was refused. */
    private boolean handshake(Connection mine) throws InterruptedException {
        TimeSource timeSource = time();
        while (!isClosed() && mine.acknowledged < 0) {
            send(mine, new TransportMessage.Hello(peer().origin()), 0);
            long again = timeSource.nanos() + HELLO_INTERVAL;
            while (!isClosed() && mine.acknowledged < 0 && !mine.rejected && timeSource.nanos() - again < 0) {
                awaitWork(again);
            }
            if (mine.rejected) {
                long soon = timeSource.nanos() + RETRY_AFTER_REJECTION;
                while (!isClosed() && timeSource.nanos() - soon < 0) {
                    awaitWork(soon);
                }
                return false;
            }
        }
        return !isClosed();
    }

    private void transmit(Connection mine) throws InterruptedException {
        TimeSource timeSource = time();
        try {
            long beats = 1;
            send(mine, new TransportMessage.Heartbeat(beats, openQueue(), transport.positions()), 0);
            long heard = 0;
            long beatAt = timeSource.nanos() + HEARTBEAT_INTERVAL;
            long giveUpAt = timeSource.nanos() + TIMEOUT;
            while (!isClosed() && !mine.rejected && timeSource.nanos() - giveUpAt < 0) {
                if (mine.acknowledged > heard) {
                    heard = mine.acknowledged;
                    giveUpAt = timeSource.nanos() + TIMEOUT;
                    ready(true);
                }
                boolean atEnd = true;
                if (mine.bytesInFlight.get() < WINDOW) {
                    SendQueue.SendBatch sendBatch = queue().take(WINDOW);
                    for (Envelope message : sendBatch.messages()) {
                        send(mine, new TransportMessage.Publication(message), message.memoryBytes());
                    }
                    atEnd = sendBatch.atEnd();
                    if (atEnd && timeSource.nanos() - beatAt >= 0) {
                        send(
                                mine,
                                new TransportMessage.Heartbeat(++beats, sendBatch.lastOffered(), transport.positions()),
                                0);
                        beatAt = timeSource.nanos() + HEARTBEAT_INTERVAL;
                    }
                }
                if (mine.acknowledged == heard && (queue().isEmpty() || mine.bytesInFlight.get() >= WINDOW)) {
                    awaitWork(atEnd && timeSource.nanos() - beatAt < 0 ? Math.min(beatAt, giveUpAt) : giveUpAt);
                }
            }
        } finally {
            closeQueue();
        }
    }

    /** What is said counts as on the way until the peer has taken it, or it is lost. */
    private void send(Connection mine, TransportMessage transportMessage, long cost) {
        mine.bytesInFlight.addAndGet(cost);
        transport.send(peer(), transportMessage, new SimulatedTransport.DeliveryCallback() {
            @Override
            public void acknowledged(long number) {
                mine.acknowledged = Math.max(mine.acknowledged, number);
                wake();
            }

            @Override
            public void rejected() {
                mine.rejected = true;
                wake();
            }

            @Override
            public void completed() {
                mine.bytesInFlight.addAndGet(-cost);
                if (cost > 0) {
                    wake();
                }
            }
        });
    }
}
