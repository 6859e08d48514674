package dev.ginkgo.hub.delivery;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.framing.StreamEncoder;
import dev.ginkgo.hub.log.FeedListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The subscribers of one encoded feed on one event loop. */
final class SubscriberGroup implements FeedListener {
    final EncodedFeed encodedFeed;
    final DeliveryLoop deliveryLoop;

    /** Whether the group is marked in the loop as having something new. */
    final AtomicBoolean dirty = new AtomicBoolean();

    /** Guarded by the store. */
    int subscribers;

    // used only on the loop
    private @Nullable StreamEncoder encoder; // without state, unless it compresses
    private final List<@Nullable LoopSubscriber> waiting = new ArrayList<>(); // null where one has been removed
    private int removed;
    private @Nullable Batch batch;
    private long batchAt;
    private boolean batchOnlyPinned;

    SubscriberGroup(EncodedFeed encodedFeed, DeliveryLoop deliveryLoop) {
        this.encodedFeed = encodedFeed;
        this.deliveryLoop = deliveryLoop;
    }

    /** Returns the encoder of a new stream: its own if the stream is compressed, else one that all share. */
    StreamEncoder encoder() {
        if (encoder == null || encodedFeed.wireFormat.compressesBlocks()) {
            encoder = new StreamEncoder(encodedFeed.wireFormat);
        }
        return encoder;
    }

    @Override
    public void appended() {
        if (dirty.compareAndSet(false, true)) {
            deliveryLoop.mark(this);
        }
    }

    @Override
    public void wake() {
        deliveryLoop.wake();
    }

    /** Adds a subscriber that is at the end and has no write in progress. */
    void addWaiting(LoopSubscriber subscriber) {
        if (subscriber.waitingAt < 0) {
            subscriber.waitingAt = waiting.size();
            waiting.add(subscriber);
        }
    }

    /** Removes a subscriber. Returns whether it was waiting. */
    boolean removeWaiting(LoopSubscriber subscriber) {
        int index = subscriber.waitingAt;
        if (index < 0) {
            return false;
        }
        waiting.set(index, null);
        subscriber.waitingAt = -1;
        if (++removed > waiting.size() / 2) {
            compact();
        }
        return true;
    }

    private void compact() {
        waiting.removeIf(Objects::isNull);
        removed = 0;
        for (int i = 0; i < waiting.size(); i++) {
            requireNonNull(waiting.get(i)).waitingAt = i;
        }
    }

    /** Removes all waiting subscribers, and adds them to a queue in the order in which they began to wait. */
    void moveWaitingTo(Queue<LoopSubscriber> queue) {
        for (int i = 0; i < waiting.size(); i++) {
            LoopSubscriber subscriber = waiting.get(i);
            if (subscriber != null) {
                subscriber.waitingAt = -1;
                queue.add(subscriber);
            }
        }
        waiting.clear();
        removed = 0;
    }

    /**
     * Returns the next batch for a position. Subscribers at the same position share it until the end of the loop's
     * round.
     *
     * @param onlyPinned whether to return only messages that pending writes retain in memory
     */
    Batch batch(long position, boolean onlyPinned) {
        if (batch == null || batchAt != position || (batchOnlyPinned && !onlyPinned)) {
            if (batch == null) {
                deliveryLoop.releaseAfterRound(this);
            } else {
                deliveryLoop.closeAfterWrites(batch);
                batch = null; // encoding may fail
            }
            batch = encodedFeed.nextBatch(position, null, onlyPinned);
            batchAt = position;
            batchOnlyPinned = onlyPinned;
        }
        return batch;
    }

    /** Releases the shared batch, so that waiting subscribers retain no memory. */
    void release() {
        if (batch != null) {
            batch.close();
            batch = null;
        }
    }
}
