package dev.ginkgo.hub.delivery;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Frames of consecutive messages in one buffer, which all subscribers share. The buffer is only appended to, never
 * overwritten. A write in progress retains it after the encoded feed has released it, so a write never sends bytes of
 * other messages.
 *
 * <p>A slab that pending writes retain counts towards {@link PinnedMemory}, and not towards the store's budget.
 */
final class Slab {
    final EncodedFeed encodedFeed;
    final long first;
    private final ByteBuf bytes;
    private final int capacity;
    private final PinnedMemory pinnedMemory;

    // twice the number of pending writes that retain the slab, plus one while the cache contains it
    private final AtomicInteger holders = new AtomicInteger();

    // guarded by the store: the number of readable frames, and the end offset of each
    private int[] ends = new int[8];
    private int count;

    /** Number of its messages that are retained. */
    int liveMessages;

    /** Whether a thread is appending to it; it must not be released then. */
    boolean beingFilled;

    /**
     * Creates an empty slab.
     *
     * @param first the number of the message whose frame comes first
     */
    Slab(EncodedFeed encodedFeed, ByteBuf bytes, long first, PinnedMemory pinnedMemory) {
        this.encodedFeed = encodedFeed;
        this.bytes = bytes;
        this.capacity = bytes.capacity();
        this.pinnedMemory = pinnedMemory;
        this.first = first;
    }

    /** Returns the buffer to append to; used only by the encoding thread. */
    ByteBuf buffer() {
        return bytes;
    }

    int capacity() {
        return capacity;
    }

    // ---- pending writes

    /** Counts a pending write, and returns whether it is the first. Any thread. */
    boolean pin() {
        int before = holders.getAndAdd(2);
        if (before == 1) {
            pinnedMemory.addCachedBytes(capacity);
        }
        return before <= 1;
    }

    /** Reverses {@link #pin}, and returns whether no pending write is left. Called without the store's lock. */
    boolean unpin() {
        int after = holders.addAndGet(-2);
        if (after == 1) {
            pinnedMemory.addCachedBytes(-capacity);
            encodedFeed.slabUnpinned();
        }
        return after <= 1;
    }

    /** Returns the number of pending writes. Any thread. */
    int pins() {
        return holders.get() / 2;
    }

    /** Notes that the cache contains the slab. */
    void addedToCache() {
        if (holders.getAndIncrement() > 0) {
            pinnedMemory.addCachedBytes(capacity);
        }
    }

    /** Reverses {@link #addedToCache}. */
    void removedFromCache() {
        if (holders.decrementAndGet() > 0) {
            pinnedMemory.addCachedBytes(-capacity);
        }
    }

    // ---- frames

    /** Makes the next frame, which ends at an offset, readable. */
    void endFrame(int end) {
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, count * 2);
        }
        ends[count++] = end;
    }

    /** Returns the number after the last message. */
    long end() {
        return first + count;
    }

    /** Returns the length of the frame of a message. */
    int length(long number) {
        return offset(number + 1) - offset(number);
    }

    private int offset(long number) {
        int index = (int) (number - first);
        return index == 0 ? 0 : ends[index - 1];
    }

    /**
     * Returns the frames of a range of messages; the caller releases the buffer.
     *
     * @param to exclusive
     */
    ByteBuf retained(long from, long to) {
        int start = offset(from);
        return bytes.retainedSlice(start, offset(to) - start);
    }

    void release() {
        bytes.release();
    }
}
