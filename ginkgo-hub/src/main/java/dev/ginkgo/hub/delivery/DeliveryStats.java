package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.Cursor;

/**
 * Statistics of a write, counted when the socket has accepted it.
 *
 * @param messages number of messages
 * @param replayed how many of them are older than the subscription
 * @param isLive whether its delay counts as latency of the hub: no message is history, and none was held back by
 *     conflation
 * @param oldestNanos when the oldest message was published, on the clock of {@code TimeSource.nanos}
 */
record DeliveryStats(int messages, int replayed, boolean isLive, long oldestNanos) {
    /** No messages. */
    static final DeliveryStats NONE = new DeliveryStats(0, 0, false, 0);

    static DeliveryStats of(Batch batch, Cursor cursor) {
        int replayed = batch.countBefore(cursor.firstLive);
        return new DeliveryStats(
                batch.messages(), replayed, replayed == 0 && !cursor.feed.isConflated(), batch.oldestNanos());
    }
}
