package dev.ginkgo.hub;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reader at one position is to be sent next, shared by all who stand there.
 *
 * @param parts the frames of whole messages; released by {@link #close}
 * @param messages how many
 * @param missed how many were gone before they could be sent; {@link Gap#UNKNOWN} if some
 * @param after the id of the place where it begins, if there is a gap to be told
 * @param last the last of the messages
 * @param next the position after it
 * @param toTheEnd whether there was no more
 */
record Batch(
        List<ByteBuf> parts,
        int messages,
        long missed,
        @Nullable String after,
        @Nullable Message last,
        long next,
        boolean toTheEnd)
        implements AutoCloseable {

    boolean isEmpty() {
        return parts.isEmpty();
    }

    @Override
    public void close() {
        parts.forEach(ByteBuf::release);
    }
}
