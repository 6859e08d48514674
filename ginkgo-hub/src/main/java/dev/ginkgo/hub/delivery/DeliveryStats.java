package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.Cursor;

/**
 * What a write carries, to be counted when the socket has taken it.
 *
 * @param messages how many
 * @param replayed how many of them were there before the reader
 * @param isFresh whether its delay is the hub's: nothing of it is history, or was held back as the reader wishes
 * @param since when the oldest of them was published, on the clock of {@code Time.nanos}
 */
record DeliveryStats(int messages, int replayed, boolean isFresh, long since) {
    /** No messages. */
    static final DeliveryStats NONE = new DeliveryStats(0, 0, false, 0);

    static DeliveryStats of(Batch batch, Cursor cursor) {
        int replayed = batch.before(cursor.start.end());
        return new DeliveryStats(batch.messages(), replayed, replayed == 0 && !cursor.feed.isConflated(), batch.since());
    }
}
