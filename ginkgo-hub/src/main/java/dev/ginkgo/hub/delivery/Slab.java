package dev.ginkgo.hub.delivery;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Frames of successive messages, one after another in one buffer that all readers share. It is only appended to, never
 * overwritten: when the view lets go of it, a write in flight still holds it, and so never sees another's bytes.
 */
final class Slab {
    final EncodedFeed encodedFeed;
    final long first;
    private final ByteBuf bytes;

    // guarded by the store: how many of the frames may be read, and where each ends
    private int[] ends = new int[8];
    private int count;

    /** How many of its messages are still there. */
    int liveMessages;

    /** Somebody appends to it now; it stays. */
    boolean beingFilled;

    /**
     * Makes an empty slab.
     *
     * @param first the number of the message whose frame comes first
     */
    Slab(EncodedFeed encodedFeed, ByteBuf bytes, long first) {
        this.encodedFeed = encodedFeed;
        this.bytes = bytes;
        this.first = first;
    }

    /** The buffer to append to; for the one thread that encodes. */
    ByteBuf buffer() {
        return bytes;
    }

    int capacity() {
        return bytes.capacity();
    }

    /** The frame that ends there may be read from now on. */
    void endFrame(int end) {
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, count * 2);
        }
        ends[count++] = end;
    }

    /** The number of the message after the last that is here. */
    long end() {
        return first + count;
    }

    /** How long the frame of that message is. */
    int length(long number) {
        return offset(number + 1) - offset(number);
    }

    private int offset(long number) {
        int index = (int) (number - first);
        return index == 0 ? 0 : ends[index - 1];
    }

    /** The frames of messages from one number to before another, to be released by the caller. */
    ByteBuf retained(long from, long to) {
        int start = offset(from);
        return bytes.retainedSlice(start, offset(to) - start);
    }

    void release() {
        bytes.release();
    }
}
