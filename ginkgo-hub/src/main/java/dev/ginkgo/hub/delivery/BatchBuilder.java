package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.log.Entry;
import dev.ginkgo.hub.log.Feed;
import dev.ginkgo.hub.log.Replay;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builder of the next batch for a subscriber. It runs under the store's lock, so the number of steps is limited. */
final class BatchBuilder {
    /** Maximum number of messages examined per acquisition of the lock. */
    static final int MAX_STEPS = 10_000;

    private record Piece(Slab slab, long from, long to) {}

    private final Feed feed;
    private final EncodedFeed encodedFeed;
    private final @Nullable Replay replay;
    private final boolean onlyPinned;
    private final List<Piece> pieces = new ArrayList<>(2);
    private int bytes;
    private int messages;
    private int steps;
    private long missed;
    private long gapEnd;
    private long next;
    private boolean full;

    /** The number of a message that must be encoded first; -1 if there is none. */
    long unencoded = -1;

    /**
     * Creates a builder.
     *
     * @param onlyPinned whether to take only messages whose slabs are retained by pending writes
     */
    BatchBuilder(Feed feed, EncodedFeed encodedFeed, @Nullable Replay replay, boolean onlyPinned) {
        this.feed = feed;
        this.encodedFeed = encodedFeed;
        this.replay = replay;
        this.onlyPinned = onlyPinned;
    }

    void scanFrom(long position) {
        feed.prefetch(position);
        next = nextWanted(position);
        gapEnd = Math.min(next, feed.nextPresent(position));
        missed = feed.missedBetween(position, gapEnd);
        while (next < feed.end() && !full && bytes < EncodedFeed.MAX_BATCH_BYTES && steps < MAX_STEPS) {
            Slab slab = encodedFeed.slabAt(next);
            if (slab == null) {
                unencoded = onlyPinned ? -1 : next;
                return;
            }
            long to = onlyPinned ? slab.pinnedEnd(next) : slab.end();
            if (to == next) {
                return;
            }
            if (encodedFeed.endsBatchesWithSlabs()
                    && messages > 0
                    && bytes + slab.lengthFrom(next) > EncodedFeed.MAX_BATCH_BYTES) {
                return;
            }
            long from = next;
            while (next < to && !full && isWanted(next)) {
                take(slab);
            }
            if (from < next) {
                pieces.add(new Piece(slab, from, next));
            }
            if (!full && next < feed.end() && !isWanted(next)) {
                skip();
            }
        }
    }

    private void take(Slab slab) {
        int length = slab.length(next);
        if (messages > 0 && bytes + length > EncodedFeed.MAX_BATCH_BYTES) {
            full = true;
        } else {
            bytes += length;
            messages++;
            steps++;
            next++;
        }
    }

    /** Skips messages that the subscriber does not want. A gap ends the batch and is reported by the next one. */
    private void skip() {
        long to = nextWanted(next);
        if (feed.missedBetween(next, Math.min(to, feed.nextPresent(next))) != 0) {
            full = true;
        } else {
            next = to;
        }
    }

    private boolean isWanted(long number) {
        Entry entry = feed.get(number);
        return entry != null && Replay.wants(replay, number, entry);
    }

    /**
     * Returns the first wanted number, starting at {@code from}. A missing message ends the batch, and is reported by
     * the next one.
     */
    private long nextWanted(long from) {
        long number = feed.nextPresent(from);
        while (number < feed.end()) {
            Entry entry = feed.get(number);
            if (entry != null && Replay.wants(replay, number, entry)) {
                return number;
            }
            if (steps++ >= MAX_STEPS || entry == null) {
                full = true;
                return number;
            }
            number = numberAfter(number);
        }
        return number;
    }

    /** Returns the next number; in a conflated feed, skips empty slots that do not mean a loss. */
    private long numberAfter(long number) {
        long nextPresent = feed.isConflated() ? feed.nextPresent(number + 1) : number + 1;
        return feed.missedBetween(number + 1, nextPresent) == 0 ? nextPresent : number + 1;
    }

    boolean hasMessages() {
        return !pieces.isEmpty();
    }

    /** Returns the batch. */
    Batch build(boolean closed) {
        List<Batch.Part> parts = new ArrayList<>(pieces.size());
        for (Piece piece : pieces) {
            parts.add(new Batch.Part(piece.slab, piece.slab.retained(piece.from, piece.to), piece.from, piece.to));
        }
        Entry last = pieces.isEmpty() ? null : feed.get(pieces.getLast().to - 1);
        Entry first = pieces.isEmpty() ? null : feed.get(pieces.getFirst().from);
        return new Batch(
                parts,
                messages,
                first == null ? 0 : first.nanos,
                missed,
                missed == 0 ? null : idAfterGap(first),
                last == null ? null : last.message,
                next,
                closed || next == feed.nextArrival());
    }

    /**
     * Returns the id from which to resume after the gap at the beginning: also without a message in this batch, the messages that
     * follow the gap are still to come.
     */
    private String idAfterGap(@Nullable Entry first) {
        Entry following = first == null ? feed.get(gapEnd) : first;
        return following == null ? encodedFeed.endId() : following.message.idBefore();
    }
}
