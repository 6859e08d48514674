package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.FeedListener;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The readers of one view on one loop. */
final class SubscriberGroup implements FeedListener {
    final EncodedFeed encodedFeed;
    final DeliveryLoop deliveryLoop;

    /** Whether the loop knows that there is something new. */
    final AtomicBoolean dirty = new AtomicBoolean();

    /** Guarded by the store. */
    int subscribers;

    // for the loop only
    private final Set<LoopSubscriber> waiting = new LinkedHashSet<>();
    private @Nullable Batch batch;
    private long batchAt;

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

    /** The readers that have read everything, and are not being written to. */
    Set<LoopSubscriber> waiting() {
        return waiting;
    }

    /** What comes at a position. Those who stand together get the same; until the end of the loop's round. */
    Batch batch(long position) {
        if (batch == null || batchAt != position) {
            release();
            deliveryLoop.releaseAfterRound(this);
            batch = encodedFeed.nextBatch(position, null);
            batchAt = position;
        }
        return batch;
    }

    /** A waiting reader holds nothing, and neither does its group. */
    void release() {
        if (batch != null) {
            batch.close();
            batch = null;
        }
    }
}
