package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.StoredMessage;
import dev.ginkgo.hub.message.Gap;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The next messages for a position, shared by all subscribers at that position.
 *
 * @param parts the messages; released by {@link #close}
 * @param messages the number of messages
 * @param oldestNanos when the oldest of them was published, on the clock of {@code TimeSource.nanos}
 * @param missed how many messages before them are lost; {@link Gap#UNKNOWN} if some are, in unknown number
 * @param gapId the id of the position after the gap; null if there is none
 * @param last the last of the messages
 * @param next the number of the next message
 * @param atEnd whether the end of the feed is reached
 */
record Batch(
        List<Part> parts,
        int messages,
        long oldestNanos,
        long missed,
        @Nullable String gapId,
        @Nullable StoredMessage last,
        long next,
        boolean atEnd)
        implements AutoCloseable {

    /**
     * Consecutive messages.
     *
     * @param slab the slab that contains them
     * @param frames whole frames
     * @param from the number of the first message
     * @param to the number after the last message
     */
    record Part(Slab slab, ByteBuf frames, long from, long to) {}

    /** Returns the same messages in another encoding. */
    Batch withParts(List<Part> encoded) {
        return new Batch(encoded, messages, oldestNanos, missed, gapId, last, next, atEnd);
    }

    /** Returns how many of the messages have a lower number. */
    int countBefore(long number) {
        long count = 0;
        for (Part part : parts) {
            count += Math.clamp(number - part.from, 0, part.to - part.from);
        }
        return (int) count;
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    @Override
    public void close() {
        parts.forEach(part -> part.frames.release());
    }
}
