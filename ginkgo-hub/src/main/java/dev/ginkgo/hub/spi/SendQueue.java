package dev.ginkgo.hub.spi;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Bounded queue of messages for one peer. A message that arrives when the queue is full is dropped and counted; the
 * peer detects the missing sequence number and requests it. For transports that manage their own queues. Thread-safe.
 */
public final class SendQueue {
    private final long budget;

    private volatile boolean empty = true; // written under the monitor

    // guarded by this
    private final Queue<Envelope> messages = new ArrayDeque<>();
    private long queued;
    private long last;
    private boolean open;
    private boolean opened;
    private long sent;
    private long dropped;

    /**
     * Creates a queue that is not open.
     *
     * @param budget in bytes, by {@link Envelope#memoryBytes}; a single message is accepted even if it is larger
     */
    public SendQueue(long budget) {
        this.budget = budget;
    }

    /**
     * The next messages to send.
     *
     * @param messages in order
     * @param lastOffered sequence number of the last message that was offered, whether sent or dropped
     * @param atEnd whether the queue is empty, so that a heartbeat with {@code lastOffered} may follow these messages
     */
    public record SendBatch(List<Envelope> messages, long lastOffered, boolean atEnd) {}

    /** Starts to accept messages. The caller reports {@code lastBefore} to the peer as the last earlier message. */
    public synchronized void open(long lastBefore) {
        last = lastBefore;
        open = true;
        opened = true;
    }

    /** Stops to accept messages, and drops those that wait. */
    public synchronized void close() {
        open = false;
        dropped += messages.size();
        messages.clear();
        empty = true;
        queued = 0;
    }

    /**
     * Accepts a message, or drops it. A dropped message is counted only if the queue has ever been open; before that,
     * no peer expected it.
     *
     * @return whether the message was accepted
     */
    public synchronized boolean offer(Envelope message) {
        if (open && (messages.isEmpty() || queued + message.memoryBytes() <= budget)) {
            messages.add(message);
            empty = false;
            queued += message.memoryBytes();
            last = message.sequence();
            return true;
        }
        skip(message);
        return false;
    }

    /** Drops a message. */
    synchronized void skip(Envelope message) {
        last = message.sequence();
        if (opened) {
            dropped++;
        }
    }

    /** Removes and returns the next messages: up to the given number of bytes, but at least one message. */
    public synchronized SendBatch take(long bytes) {
        List<Envelope> taken = new ArrayList<>();
        long size = 0;
        for (Envelope next = messages.peek(); next != null && (size == 0 || size + next.memoryBytes() <= bytes); ) {
            size += next.memoryBytes();
            taken.add(messages.remove());
            next = messages.peek();
        }
        empty = messages.isEmpty();
        queued -= size;
        sent += taken.size();
        return new SendBatch(taken, last, messages.isEmpty());
    }

    /** Returns whether no message waits. Does not wait for a thread that offers one. */
    public boolean isEmpty() {
        return empty;
    }

    /** Returns the statistics of the peer. */
    public synchronized TransportStats.PeerStats stats(NodeIncarnation peer, boolean ready, long reconnects) {
        return new TransportStats.PeerStats(peer, ready, sent, dropped, queued, reconnects);
    }
}
