package dev.ginkgo.hub.replication.local;

import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.SendQueue;
import dev.ginkgo.hub.spi.SendQueues;
import dev.ginkgo.hub.spi.TransportStats;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import dev.ginkgo.time.TimeSource;
import java.util.concurrent.atomic.AtomicLong;

/** Link of an {@link InMemoryTransport} to one peer: the send queue of the peer, and the task that sends from it. */
public abstract class InMemoryLink {
    private final InMemoryTransport<?> transport;
    private final Peer peer;
    private final SendQueues queues;
    private final SendQueue queue;
    private final TimeSource timeSource;
    private final WakeableTimer timer;
    private final AtomicLong reconnects = new AtomicLong();
    private volatile boolean closed;
    private volatile boolean ready;

    /**
     * Creates a link that is not connected.
     *
     * @param budget of the send queue, in bytes
     */
    protected InMemoryLink(
            InMemoryTransport<?> transport, Peer peer, SendQueues sendQueues, long budget, TimeSource timeSource) {
        this.transport = transport;
        this.peer = peer;
        this.queues = sendQueues;
        this.timeSource = timeSource;
        timer = new WakeableTimer(timeSource);
        queue = new SendQueue(budget);
        sendQueues.add(queue);
    }

    /** Body of the link's task. Returns when the link is closed. */
    final void run() throws InterruptedException {
        try {
            while (!closed) {
                connect();
            }
        } finally {
            queues.remove(queue);
            ready(false);
        }
    }

    /** Makes one attempt to connect, and sends until the connection or the link is closed. */
    protected abstract void connect() throws InterruptedException;

    /**
     * Opens the send queue. Returns the sequence number of the last message before those that it accepts from now on.
     */
    protected final long openQueue() {
        return queues.open(queue);
    }

    /** Closes the send queue after the connection has ended; the peer is no longer ready. */
    protected final void closeQueue() {
        queue.close();
        ready(false);
    }

    /** Returns the messages that wait for the peer. */
    protected final SendQueue queue() {
        return queue;
    }

    /** Returns the node at the other end. */
    public final Peer peer() {
        return peer;
    }

    /** Returns the time source of this node. */
    protected final TimeSource time() {
        return timeSource;
    }

    /** Returns whether the link is closed. */
    protected final boolean isClosed() {
        return closed;
    }

    /** Reports whether the peer receives messages from this node. */
    protected final void ready(boolean isReady) {
        if (ready != isReady) {
            ready = isReady;
            transport.ready(peer.origin(), isReady);
        }
    }

    /** Counts a connection that has ended. */
    protected final void reconnecting() {
        reconnects.incrementAndGet();
    }

    /** Waits until there is work, or until the deadline. */
    protected final void awaitWork(long deadline) throws InterruptedException {
        timer.awaitUntil(deadline);
    }

    /** Wakes the task because there is work. */
    protected final void wake() {
        timer.wake();
    }

    final void close() {
        closed = true;
        queues.remove(queue);
        wake();
    }

    final TransportStats.PeerStats stats() {
        return queue.stats(peer.origin(), ready, reconnects.get());
    }
}
