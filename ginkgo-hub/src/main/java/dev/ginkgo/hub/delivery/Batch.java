package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.StoredMessage;
import dev.ginkgo.hub.message.Gap;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reader at one position is to be sent next, shared by all who stand there.
 *
 * @param parts the messages; released by {@link #close}
 * @param messages how many
 * @param oldestNanos when the oldest of them was published, on the clock of {@code TimeSource.nanos}
 * @param missed how many were gone before they could be sent; {@link Gap#UNKNOWN} if some
 * @param gapId the id of the place where it begins, if there is a gap to be told
 * @param last the last of the messages
 * @param next the position after it
 * @param atEnd whether there was no more
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
     * Messages that follow each other.
     *
     * @param frames whole ones
     * @param from the number of the first
     * @param to the number after the last
     */
    record Part(ByteBuf frames, long from, long to) {}

    /** How many of the messages have a lower number. */
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
