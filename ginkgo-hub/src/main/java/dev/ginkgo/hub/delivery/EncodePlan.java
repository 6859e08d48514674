package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.Entry;
import dev.ginkgo.hub.log.Feed;
import dev.ginkgo.hub.log.Replay;
import dev.ginkgo.hub.log.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Plan of the messages to encode and the slabs for their frames. Prepared and completed under the store's lock; the
 * encoding in between is done without it.
 */
final class EncodePlan {
    /** Typical size of a frame without the payload, in bytes. */
    private static final int FRAME_OVERHEAD = 256;

    /** At most one part in so many of a slab is left empty so that the frames of a plan are in one slab. */
    private static final int MAX_WASTE = 4;

    /** A message to encode. */
    static final class Item {
        /** Its number in the feed. */
        final long number;

        final StoredMessage message;
        private long room;

        // where its frame is, when it has been encoded
        private @Nullable Slab slab;
        private int end;

        private Item(long number, StoredMessage message) {
            this.number = number;
            this.message = message;
        }

        /** Returns the estimated size of the frames of this and the directly following messages, in bytes. */
        long room() {
            return room;
        }
    }

    private final Feed feed;
    private final List<Item> items = new ArrayList<>();
    private final List<Slab> touched = new ArrayList<>(2); // first the one to append to, if there is one
    private final int known; // how many of them are not new
    private @Nullable Slab slab;
    private long next;
    private int end; // offset after the last frame

    /**
     * Creates a plan.
     *
     * @param slab the slab to append to if the first message directly follows its last one; may be null
     */
    EncodePlan(Feed feed, @Nullable Slab slab) {
        this.feed = feed;
        this.slab = slab;
        this.known = slab == null ? 0 : 1;
        if (slab != null) {
            touched.add(slab);
            slab.beingFilled = true;
            next = slab.end();
            end = slab.buffer().writerIndex();
        }
    }

    /** Selects messages from a number on: at least one, and as many as fit a batch. */
    void plan(long from, @Nullable Replay replay, EncodedFeed encodedFeed) {
        long bytes = 0;
        int steps = 0;
        for (long n = from;
                n < feed.end() && bytes < EncodedFeed.MAX_BATCH_BYTES && steps < BatchBuilder.MAX_STEPS;
                n++, steps++) {
            Entry entry = feed.get(n);
            if (entry != null && Replay.wants(replay, n, entry) && encodedFeed.slabAt(n) == null) {
                items.add(new Item(n, entry.message));
                bytes += entry.message.payloadBytes().length;
            }
        }
        leaveSlabIfSplit(bytes + (long) FRAME_OVERHEAD * items.size(), encodedFeed.maxSlabBytes);
        long room = 0;
        long after = feed.end();
        for (int i = items.size() - 1; i >= 0; i--) {
            Item item = items.get(i);
            if (item.number + 1 == feed.end()) {
                room = Long.MAX_VALUE / 2; // more messages will follow
            } else if (item.number + 1 != after) {
                room = 0;
            }
            room += FRAME_OVERHEAD + item.message.payloadBytes().length;
            after = item.number;
            item.room = room;
        }
    }

    /**
     * Appends nothing to the current slab if a new one would hold all frames and this one does not, unless that wasted much of it: a
     * subscriber receives what is in one slab with one write.
     */
    private void leaveSlabIfSplit(long length, int maxSlabBytes) {
        if (slab != null && items.size() > 1 && length <= maxSlabBytes) {
            int left = slab.buffer().writableBytes();
            if (left < length && left <= slab.capacity() / MAX_WASTE) {
                slab = null;
            }
        }
    }

    List<Item> items() {
        return items;
    }

    /** Returns the slab to which a frame of the given length can be appended, or null. */
    @Nullable
    Slab slabFor(long number, int length) {
        return slab != null && next == number && slab.buffer().writableBytes() >= length ? slab : null;
    }

    Slab startSlab(Slab newSlab) {
        newSlab.beingFilled = true;
        touched.add(newSlab);
        slab = newSlab;
        next = newSlab.first;
        end = 0;
        return newSlab;
    }

    /** Records that the frame of the next message has been written to a slab. */
    void frameEncoded(Item item, Slab filled) {
        end = filled.buffer().writerIndex();
        item.slab = filled;
        item.end = end;
        next++;
    }

    /** Discards what has been written after the last frame. */
    void discardPartialFrame() {
        if (slab != null) {
            slab.buffer().writerIndex(end);
        }
    }

    List<Slab> newSlabs() {
        return touched.subList(known, touched.size());
    }

    /** Publishes the frames to readers. */
    void finish() {
        for (Item item : items) {
            Slab filled = item.slab;
            if (filled == null) {
                break; // the encoding has failed
            }
            filled.endFrame(item.end);
            if (feed.get(item.number) != null) {
                filled.liveMessages++;
            }
        }
        touched.forEach(each -> each.beingFilled = false);
    }

    /** Returns the slabs that were reserved for this plan. */
    List<Slab> touchedSlabs() {
        return touched;
    }
}
