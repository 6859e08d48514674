package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.Cursor;

/**
 * What a write carries, to be counted when the socket has taken it.
 *
 * @param messages how many
 * @param replayed how many of them were there before the reader
 * @param isLive whether its delay is the hub's: nothing of it is history, or was held back as the reader wishes
 * @param oldestNanos when the oldest of them was published, on the clock of {@code TimeSource.nanos}
 */
record DeliveryStats(int messages, int replayed, boolean isLive, long oldestNanos) {
    /** No messages. */
    static final DeliveryStats NONE = new DeliveryStats(0, 0, false, 0);

    static DeliveryStats of(Batch batch, Cursor cursor) {
        int replayed = batch.countBefore(cursor.start.firstLive());
        return new DeliveryStats(
                batch.messages(), replayed, replayed == 0 && !cursor.feed.isConflated(), batch.oldestNanos());
    }
}
