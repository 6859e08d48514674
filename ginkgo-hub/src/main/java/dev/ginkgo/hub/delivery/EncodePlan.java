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

/** Messages that are to be encoded, and where their frames go. Planned and finished under the store's lock. */
final class EncodePlan {
    /** What a frame takes besides the payload, mostly. */
    private static final int FRAME_OVERHEAD = 256;

    /**
     * A message and its number.
     *
     * @param room for it and those right after it, estimated, in bytes
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

    /**
     * Begins.
     *
     * @param slab where the first may go, if it comes right after what is there
     */
    EncodePlan(Feed feed, @Nullable Slab slab) {
        this.feed = feed;
        this.slab = slab;
        if (slab != null) {
            touched.add(slab);
            slab.beingFilled = true;
            next = slab.end();
        }
    }

    /** Chooses messages from a number on: as many as make a batch, and one at least. */
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
                room = Long.MAX_VALUE / 2; // more will come
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

    /** The slab that a frame of that length can be appended to, if there is one. */
    @Nullable
    Slab slabFor(long number, int length) {
        return slab != null && next == number && slab.buffer().writableBytes() >= length ? slab : null;
    }

    Slab startSlab(Slab begun) {
        begun.beingFilled = true;
        newSlabs.add(begun);
        touched.add(begun);
        slab = begun;
        next = begun.first;
        return begun;
    }

    /** The next frame is in that slab. */
    void frameEncoded(Slab filled) {
        frames.add(new Frame(filled, next, filled.buffer().writerIndex()));
        next++;
    }

    List<Slab> newSlabs() {
        return newSlabs;
    }

    /** Makes the frames readable. */
    void finish() {
        for (Frame frame : frames) {
            frame.slab.endFrame(frame.end);
            if (feed.get(frame.number) != null) {
                frame.slab.liveMessages++;
            }
        }
        touched.forEach(each -> each.beingFilled = false);
    }

    /** All that were or might have been filled. */
    Set<Slab> touchedSlabs() {
        return touched;
    }
}
