package dev.ginkgo.hub;

import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * What a reader at one position is to be sent next, shared by all who stand there.
 *
 * @param parts the frames of whole messages; released by {@link #close}
 * @param bytes their length
 * @param messages how many
 * @param since when the oldest of them was published, on the clock of {@code Time.nanos}
 * @param missed how many were gone before they could be sent
 * @param next the position after it
 * @param toTheEnd whether there was no more
 */
record Batch(List<ByteBuf> parts, int bytes, int messages, long since, long missed, long next, boolean toTheEnd)
        implements AutoCloseable {

    boolean isEmpty() {
        return parts.isEmpty();
    }

    @Override
    public void close() {
        parts.forEach(ByteBuf::release);
    }
}
