package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.FeedListener;
import java.util.LinkedHashSet;
import java.util.Set;
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
    private final Set<LoopSubscriber> waiting = new LinkedHashSet<>();
    private @Nullable Batch batch;
    private long batchAt;
    private boolean batchOnlyPinned;

    SubscriberGroup(EncodedFeed encodedFeed, DeliveryLoop deliveryLoop) {
        this.encodedFeed = encodedFeed;
        this.deliveryLoop = deliveryLoop;
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

    /** Returns the subscribers that are at the end and have no write in progress. */
    Set<LoopSubscriber> waiting() {
        return waiting;
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
