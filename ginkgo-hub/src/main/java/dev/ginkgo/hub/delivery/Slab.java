package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.compression.Checksum;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Frames of consecutive messages in one buffer, which all subscribers share. The buffer is only appended to, never
 * overwritten. A write in progress retains it after the encoded feed has released it, so a write never sends bytes of
 * other messages.
 *
 * <p>A slab that pending writes retain counts towards {@link PinnedMemory}, and not towards the store's budget.
 *
 * <p>If the format compresses blocks, connections receive compressed slabs, each made from a range of messages of a slab with plain
 * frames. That one is their source, and keeps the latest few of them.
 */
final class Slab {
    /** Enough for the newest messages of each loop, and all messages of the slab for subscribers that resume. */
    private static final int MAX_COMPRESSED = 4;

    final EncodedFeed encodedFeed;
    final long first;
    private final ByteBuf bytes;
    private final int capacity;
    private final PinnedMemory pinnedMemory;

    // twice the number of pending writes that retain the slab, plus one while the cache contains it
    private final AtomicInteger holders = new AtomicInteger();

    /** The slab with the plain frames, and the checksum of those; null if this slab is not compressed. */
    final @Nullable Slab source;

    final @Nullable Checksum checksum;

    // guarded by the store: the number of readable frames, and the end offset of each
    private int[] ends;
    private int count;

    /** Compressed slabs in the cache, oldest first. Guarded by the store. */
    private List<Slab> compressed = List.of();

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
        this.source = null;
        this.checksum = null;
        this.ends = new int[8];
    }

    /**
     * Creates a compressed slab.
     *
     * @param plain the messages
     * @param bytes their compressed frames
     */
    Slab(Batch.Part plain, ByteBuf bytes, Checksum checksum) {
        this.encodedFeed = plain.slab().encodedFeed;
        this.bytes = bytes;
        this.capacity = bytes.capacity();
        this.pinnedMemory = plain.slab().pinnedMemory;
        this.first = plain.from();
        this.source = plain.slab();
        this.checksum = checksum;
        this.ends = new int[0];
        this.count = (int) (plain.to() - plain.from());
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

    /** Returns the length of the frame of a message and of all after it. */
    int lengthFrom(long number) {
        return offset(end()) - offset(number);
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

    /** Returns the part of a batch that is the whole of this compressed slab; the caller releases it. */
    Batch.Part retainedPart() {
        return new Batch.Part(this, bytes.retainedDuplicate(), first, end());
    }

    void release() {
        bytes.release();
    }

    // ---- compressed slabs in the cache

    /** Returns the compressed slab with a range of messages, or null. */
    @Nullable
    Slab compressed(long from, long to) {
        for (Slab each : compressed) {
            if (each.first == from && each.end() == to) {
                return each;
            }
        }
        return null;
    }

    /** Returns the number after the messages from a number on that pending writes retain. */
    long pinnedEnd(long from) {
        if (pins() > 0) {
            return end();
        }
        long end = from;
        for (Slab each : compressed) {
            if (each.first == from && each.pins() > 0) {
                end = Math.max(end, each.end());
            }
        }
        return end;
    }

    /** Adds a compressed slab. Returns the one that has to be released in its place, or null. */
    @Nullable
    Slab addCompressed(Slab slab) {
        if (compressed.isEmpty()) {
            compressed = new ArrayList<>(1);
        }
        compressed.add(slab);
        return compressed.size() > MAX_COMPRESSED ? compressed.getFirst() : null;
    }

    void removeCompressed(Slab slab) {
        compressed.remove(slab);
    }

    /** Returns the compressed slabs, and forgets them. */
    List<Slab> removeAllCompressed() {
        List<Slab> all = compressed;
        compressed = List.of();
        return all;
    }
}
