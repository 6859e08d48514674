package dev.ginkgo.hub.replication.local;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.SendQueue;
import dev.ginkgo.hub.spi.SendQueues;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportListener;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;

/** Link to a peer in the same process, whose listener it calls. */
public final class LocalLink extends InMemoryLink {
    /** Pause between attempts to reach the peer. */
    private static final long RETRY_PAUSE = Duration.ofMillis(20).toNanos();

    private static final long HEARTBEAT_NANOS = Transport.HEARTBEAT_INTERVAL.toNanos();
    private static final long MAX_BATCH_BYTES = 64 * 1024;
    private static final int MAX_REQUESTS = 64;

    private final LocalTransport transport;
    private final NodeIncarnation self;
    private final Queue<Consumer<TransportListener>> requests = new ArrayBlockingQueue<>(MAX_REQUESTS);

    LocalLink(
            LocalTransport transport,
            NodeIncarnation self,
            Peer peer,
            SendQueues sendQueues,
            long budget,
            TimeSource timeSource) {
        super(transport, peer, sendQueues, budget, timeSource);
        this.transport = transport;
        this.self = self;
    }

    @Override
    protected void connect() throws InterruptedException {
        TransportListener transportListener = transport.reach(peer(), self);
        if (transportListener == null) {
            awaitWork(time().nanos() + RETRY_PAUSE);
        } else {
            exchange(transportListener);
        }
    }

    @SuppressWarnings("ReferenceEquality") // identity is intended: a new run of the peer has a new listener
    private void exchange(TransportListener transportListener) throws InterruptedException {
        try {
            transportListener.heartbeat(self, openQueue(), transport.positions());
            ready(true);
            long heartbeatAt = time().nanos() + HEARTBEAT_NANOS;
            while (!isClosed() && transport.reach(peer(), self) == transportListener) {
                SendQueue.SendBatch sendBatch = queue().take(MAX_BATCH_BYTES);
                for (Envelope message : sendBatch.messages()) {
                    transportListener.received(message);
                }
                if (sendBatch.atEnd() && time().nanos() - heartbeatAt >= 0) {
                    transportListener.heartbeat(self, sendBatch.lastOffered(), transport.positions());
                    heartbeatAt = time().nanos() + HEARTBEAT_NANOS;
                }
                Consumer<TransportListener> request =
                        requests.poll(); // one per batch, so that messages are not delayed
                if (request != null) {
                    request.accept(transportListener);
                }
                if (sendBatch.atEnd() && requests.isEmpty()) {
                    awaitWork(heartbeatAt);
                }
            }
        } finally {
            closeQueue();
        }
    }

    /** Queues a request. If the queue is full, the request is dropped; the requester repeats it. */
    void request(Consumer<TransportListener> request) {
        if (requests.offer(request)) {
            wake();
        }
    }
}
