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
 * One node's link to one peer, and the task that sends on it:
 *
 * <pre>
 *   handshake -------------&gt; connected --------------&gt; ready
 *     ^   hello acknowledged    |   first heartbeat      |
 *     |                         |   acknowledged         |
 *     '-------------------------+------------------------'
 *       rejected, or no acknowledgement for three heartbeat intervals
 * </pre>
 *
 * At most a window of bytes is in flight to a peer; further messages wait in the backlog.
 */
final class SimulatedLink extends InMemoryLink {
    /** The delay after a rejection: the peer does not know this node yet. */
    private static final long RETRY_AFTER_REJECTION = Duration.ofMillis(20).toNanos();

    private static final long HELLO_INTERVAL = Duration.ofMillis(250).toNanos();
    private static final long HEARTBEAT_INTERVAL = Transport.HEARTBEAT_INTERVAL.toNanos();
    private static final long TIMEOUT = 3 * HEARTBEAT_INTERVAL;
    private static final long WINDOW = 64 * 1024;

    private final SimulatedTransport transport;

    /** The state of one connection attempt, updated by acknowledgements. */
    private static final class Connection {
        final AtomicLong bytesInFlight = new AtomicLong();
        volatile long acknowledged = -1; // highest number acknowledged: 0 for the hello, then those of the heartbeats
        volatile boolean rejected;
    }

    SimulatedLink(SimulatedTransport transport, Peer peer, SendQueues sendQueues, long budget, TimeSource timeSource) {
        super(transport, peer, sendQueues, budget, timeSource);
        this.transport = transport;
    }

    @Override
    protected void connect() throws InterruptedException {
        Connection connection = new Connection();
        if (handshake(connection)) {
            transmit(connection);
            reconnecting();
        }
    }

    /** Sends the hello until it is acknowledged. Returns false if it was rejected or the link is closed. */
    private boolean handshake(Connection connection) throws InterruptedException {
        TimeSource timeSource = time();
        while (!isClosed() && connection.acknowledged < 0) {
            send(connection, new TransportMessage.Hello(peer().origin()), 0);
            long nextHelloAt = timeSource.nanos() + HELLO_INTERVAL;
            while (!isClosed()
                    && connection.acknowledged < 0
                    && !connection.rejected
                    && timeSource.nanos() - nextHelloAt < 0) {
                awaitWork(nextHelloAt);
            }
            if (connection.rejected) {
                long retryAt = timeSource.nanos() + RETRY_AFTER_REJECTION;
                while (!isClosed() && timeSource.nanos() - retryAt < 0) {
                    awaitWork(retryAt);
                }
                return false;
            }
        }
        return !isClosed();
    }

    private void transmit(Connection connection) throws InterruptedException {
        TimeSource timeSource = time();
        try {
            long heartbeats = 1;
            send(connection, new TransportMessage.Heartbeat(heartbeats, openQueue(), transport.positions()), 0);
            long seen = 0;
            long nextHeartbeatAt = timeSource.nanos() + HEARTBEAT_INTERVAL;
            long deadline = timeSource.nanos() + TIMEOUT;
            while (!isClosed() && !connection.rejected && timeSource.nanos() - deadline < 0) {
                if (connection.acknowledged > seen) {
                    seen = connection.acknowledged;
                    deadline = timeSource.nanos() + TIMEOUT;
                    ready(true);
                }
                boolean atEnd = true;
                if (connection.bytesInFlight.get() < WINDOW) {
                    SendQueue.SendBatch sendBatch = queue().take(WINDOW);
                    for (Envelope message : sendBatch.messages()) {
                        send(connection, new TransportMessage.Publication(message), message.memoryBytes());
                    }
                    atEnd = sendBatch.atEnd();
                    if (atEnd && timeSource.nanos() - nextHeartbeatAt >= 0) {
                        send(
                                connection,
                                new TransportMessage.Heartbeat(
                                        ++heartbeats, sendBatch.lastOffered(), transport.positions()),
                                0);
                        nextHeartbeatAt = timeSource.nanos() + HEARTBEAT_INTERVAL;
                    }
                }
                if (connection.acknowledged == seen
                        && (queue().isEmpty() || connection.bytesInFlight.get() >= WINDOW)) {
                    awaitWork(
                            atEnd && timeSource.nanos() - nextHeartbeatAt < 0
                                    ? Math.min(nextHeartbeatAt, deadline)
                                    : deadline);
                }
            }
        } finally {
            closeQueue();
        }
    }

    /** Sends a message; its bytes count as in flight until the peer has processed it or it is lost. */
    private void send(Connection connection, TransportMessage transportMessage, long bytes) {
        connection.bytesInFlight.addAndGet(bytes);
        transport.send(peer(), transportMessage, new SimulatedTransport.DeliveryCallback() {
            @Override
            public void acknowledged(long number) {
                connection.acknowledged = Math.max(connection.acknowledged, number);
                wake();
            }

            @Override
            public void rejected() {
                connection.rejected = true;
                wake();
            }

            @Override
            public void completed() {
                connection.bytesInFlight.addAndGet(-bytes);
                if (bytes > 0) {
                    wake();
                }
            }
        });
    }
}
