package dev.ginkgo.hub.spi;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * What waits for one peer: messages, within a budget. What comes when it is full is dropped and counted; the peer sees
 * the hole by the numbers, and asks. For transports that keep their queues themselves; any thread may call.
 */
public final class SendQueue {
    private final long budget;

    // guarded by this
    private final Queue<Envelope> messages = new ArrayDeque<>();
    private long queued;
    private long last;
    private boolean open;
    private boolean opened;
    private long sent;
    private long dropped;

    /**
     * @param budget in bytes, by {@link Envelope#memoryBytes}; one message is taken in any case
     */
    public SendQueue(long budget) {
        this.budget = budget;
    }

    /**
     * What is to be sent next.
     *
     * @param messages in order
     * @param lastOffered the number of the last message that was offered, sent or dropped
     * @param atEnd whether no more wait, so that {@code last} may be told after these
     */
    public record SendBatch(List<Envelope> messages, long lastOffered, boolean atEnd) {}

    /** Takes messages from now on. The peer is to be told that {@code lastBefore} was the last one before. */
    public synchronized void open(long lastBefore) {
        last = lastBefore;
        open = true;
        opened = true;
    }

    /** Takes no more, and lets go of all that waits. */
    public synchronized void close() {
        open = false;
        dropped += messages.size();
        messages.clear();
        queued = 0;
    }

    /**
     * Takes a message, or drops it. Only a backlog that was open once counts it then: before, nothing was promised.
     *
     * @return whether it was taken
     */
    public synchronized boolean offer(Envelope message) {
        if (open && (messages.isEmpty() || queued + message.memoryBytes() <= budget)) {
            messages.add(message);
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

    /** Takes out what is next: so many bytes of it, but one message at least. */
    public synchronized SendBatch take(long bytes) {
        List<Envelope> some = new ArrayList<>();
        long size = 0;
        for (Envelope next = messages.peek(); next != null && (size == 0 || size + next.memoryBytes() <= bytes); ) {
            size += next.memoryBytes();
            some.add(messages.remove());
            next = messages.peek();
        }
        queued -= size;
        sent += some.size();
        return new SendBatch(some, last, messages.isEmpty());
    }

    /** Whether something waits. */
    public synchronized boolean isEmpty() {
        return messages.isEmpty();
    }

    /** How this peer stands. */
    public synchronized TransportStats.PeerStats stats(NodeIncarnation peer, boolean ready, long reconnects) {
        return new TransportStats.PeerStats(peer, ready, sent, dropped, queued, reconnects);
    }
}
