package dev.ginkgo.hub.spi;

import java.util.ArrayList;
import java.util.List;

/**
 * The backlogs of all peers, to which each message is offered in its order. For transports that keep their queues
 * themselves; any thread may call.
 */
public final class SendQueues {

    // guarded by this
    private final List<SendQueue> all = new ArrayList<>();
    private long last;

    /** Of no peer yet. */
    public SendQueues() {}

    /** One more, not open yet. */
    public synchronized void add(SendQueue sendQueue) {
        all.add(sendQueue);
    }

    /** One less; what waits in it is gone. */
    public synchronized void remove(SendQueue sendQueue) {
        sendQueue.close();
        all.remove(sendQueue);
    }

    /**
     * Opens one at this point of the sequence.
     *
     * @return the number of the last message that it has not been offered
     */
    public synchronized long open(SendQueue sendQueue) {
        sendQueue.open(last);
        return last;
    }

    /**
     * Offers a message to all.
     *
     * @return how many took it
     */
    public synchronized int offer(Envelope message) {
        last = message.sequence();
        int took = 0;
        for (SendQueue sendQueue : all) {
            took += sendQueue.offer(message) ? 1 : 0;
        }
        return took;
    }

    /**
     * Leaves a message out that cannot be carried; it is counted as dropped.
     *
     * @return how many took it: none
     */
    public synchronized int skip(Envelope message) {
        last = message.sequence();
        all.forEach(sendQueue -> sendQueue.skip(message));
        return 0;
    }
}
