package dev.ginkgo.hub.spi;

import java.util.ArrayList;
import java.util.List;

/**
 * The send queues of all peers. Each message is offered to all of them, in order. For transports that manage their own
 * queues. Thread-safe.
 */
public final class SendQueues {

    // guarded by this
    private final List<SendQueue> all = new ArrayList<>();
    private long last;

    /** Creates an empty set of queues. */
    public SendQueues() {}

    /** Adds a queue that is not open. */
    public synchronized void add(SendQueue sendQueue) {
        all.add(sendQueue);
    }

    /** Closes and removes a queue; messages that wait in it are dropped. */
    public synchronized void remove(SendQueue sendQueue) {
        sendQueue.close();
        all.remove(sendQueue);
    }

    /**
     * Opens a queue at the current point of the sequence.
     *
     * @return the sequence number of the last message that was not offered to it
     */
    public synchronized long open(SendQueue sendQueue) {
        sendQueue.open(last);
        return last;
    }

    /**
     * Offers a message to all queues.
     *
     * @return how many accepted it
     */
    public synchronized int offer(Envelope message) {
        last = message.sequence();
        int accepted = 0;
        for (SendQueue sendQueue : all) {
            accepted += sendQueue.offer(message) ? 1 : 0;
        }
        return accepted;
    }

    /**
     * Skips a message that cannot be sent; it is counted as dropped.
     *
     * @return the number of queues that accepted it, which is 0
     */
    public synchronized int skip(Envelope message) {
        last = message.sequence();
        all.forEach(sendQueue -> sendQueue.skip(message));
        return 0;
    }
}
