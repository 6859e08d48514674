package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.Entry;
import dev.ginkgo.hub.log.Feed;
import dev.ginkgo.hub.log.Replay;
import dev.ginkgo.hub.log.StoredMessage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Plan of the messages to encode and the slabs for their frames. Prepared and completed under the store's lock; the
 * encoding in between is done without it.
 */
final class EncodePlan {
    /** Typical size of a frame without the payload, in bytes. */
    private static final int FRAME_OVERHEAD = 256;

    /**
     * A message to encode.
     *
     * @param number its number in the feed
     * @param room estimated size of the frames of this and the directly following messages, in bytes
     */
    record Item(long number, StoredMessage message, long room) {}

    private record Frame(Slab slab, long number, int end) {}

    private final Feed feed;
    private final List<Item> items = new ArrayList<>();
    private final List<Slab> newSlabs = new ArrayList<>(1);
    private final List<Frame> frames = new ArrayList<>();
    private final Set<Slab> touched = new LinkedHashSet<>(2);
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
                items.add(new Item(n, entry.message, 0));
                bytes += entry.message.payloadBytes().length;
            }
        }
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
            items.set(i, new Item(item.number, item.message, room));
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
        newSlabs.add(newSlab);
        touched.add(newSlab);
        slab = newSlab;
        next = newSlab.first;
        end = 0;
        return newSlab;
    }

    /** Records that the next frame has been written to a slab. */
    void frameEncoded(Slab filled) {
        end = filled.buffer().writerIndex();
        frames.add(new Frame(filled, next, end));
        next++;
    }

    /** Discards what has been written after the last frame. */
    void discardPartialFrame() {
        if (slab != null) {
            slab.buffer().writerIndex(end);
        }
    }

    List<Slab> newSlabs() {
        return newSlabs;
    }

    /** Publishes the frames to readers. */
    void finish() {
        for (Frame frame : frames) {
            frame.slab.endFrame(frame.end);
            if (feed.get(frame.number) != null) {
                frame.slab.liveMessages++;
            }
        }
        touched.forEach(each -> each.beingFilled = false);
    }

    /** Returns the slabs that were reserved for this plan. */
    Set<Slab> touchedSlabs() {
        return touched;
    }
}
