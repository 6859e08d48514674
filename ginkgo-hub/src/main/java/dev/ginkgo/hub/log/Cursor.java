package dev.ginkgo.hub.log;

import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.position.VersionVector;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber's position in a {@link Feed}: the number of the next message, which of the older messages the subscriber
 * wants ({@link Replay}), and whether a gap of unknown size has been reported since the last message.
 *
 * <p>Java subscriptions read one message at a time with {@link #next}. Streams and long polls read batches, which all
 * subscribers at the same position share: they read the batch at {@link #position} and then call {@link #advance}.
 *
 * <p>Not thread-safe: used by one thread at a time, that of its subscriber. Methods that read the feed are called under
 * the store's lock.
 */
public final class Cursor {
    /** A step over a position with no message for this subscriber. */
    private static final Step SKIPPED = new Step(null, false, 0, "", false);

    private static final Step AT_END = new Step(null, false, 0, "", true);

    public final Feed feed;

    /** The number of the first message that arrives after the subscription was opened. */
    public final long firstLive;

    private @Nullable StartPosition start;
    private final VersionVector versionVector;
    private long position;
    private @Nullable Replay replay;
    private boolean gapOpen;

    /**
     * Creates a cursor.
     *
     * @param versionVector provides the id of the end of the feed
     */
    Cursor(Feed feed, StartPosition start, VersionVector versionVector) {
        this.feed = feed;
        this.start = start;
        this.firstLive = start.firstLive();
        this.versionVector = versionVector;
        this.position = start.number();
        this.replay = start.replay();
    }

    /**
     * Returns where the subscription starts.
     *
     * @throws IllegalStateException after {@link #forgetStart}
     */
    public StartPosition start() {
        if (start == null) {
            throw new IllegalStateException("the start position has been forgotten");
        }
        return start;
    }

    /** Releases the start position, when it has been reported to the subscriber and is not needed for resume ids. */
    public void forgetStart() {
        start = null;
    }

    /** Returns the number of the next message. */
    public long position() {
        return position;
    }

    /** Returns the filter for older messages; null if the subscriber wants every message from the position on. */
    public @Nullable Replay replay() {
        return replay;
    }

    // ---- one message at a time

    /**
     * Result of one step: a gap, a message, or neither.
     *
     * @param message the message, if there is one that the subscriber wants
     * @param replayed whether the message is older than the subscription
     * @param missed the number of lost messages, or {@link Gap#UNKNOWN}; 0 if there is no gap to report
     * @param after the id of the position after the gap
     * @param atEnd whether the end of the feed is reached
     */
    public record Step(@Nullable StoredMessage message, boolean replayed, long missed, String after, boolean atEnd) {}

    /** Reads the next step and moves past it. Called under the store's lock. */
    public Step next() {
        feed.prefetch(position);
        long next = feed.nextPresent(position);
        long missed = feed.missedBetween(position, next);
        Entry entry = feed.get(next);
        if (missed != 0) {
            position = next;
            if (!reportsGap(missed)) {
                return SKIPPED;
            }
            String after = entry == null ? versionVector.endId() : entry.message.idBefore();
            return new Step(null, false, missed, replay == null ? after : replay.resumeId(after), false);
        }
        if (entry == null) {
            position = next;
            return next == feed.nextArrival() ? AT_END : SKIPPED;
        }
        Replay activeReplay = replay;
        boolean wanted = Replay.wants(activeReplay, next, entry);
        move(next + 1, entry.message);
        if (!wanted) {
            return SKIPPED;
        }
        gapOpen = false;
        StoredMessage delivered = activeReplay == null ? entry.message : activeReplay.forSubscriber(entry.message);
        return new Step(delivered, next < firstLive, 0, "", false);
    }

    // ---- many at a time

    /**
     * Moves past the messages that were read.
     *
     * @param next the number of the next message
     * @param last the last message that was read, if there was one
     */
    public void advance(long next, @Nullable StoredMessage last) {
        move(next, last);
        if (last != null) {
            gapOpen = false;
        }
    }

    private void move(long next, @Nullable StoredMessage last) {
        position = next;
        if (replay != null && (position >= replay.until() || replay.isOver(last))) {
            replay = null;
        }
    }

    // ---- gaps and resume ids

    /**
     * Returns whether a gap is to be reported, and remembers it. After a gap of unknown size, further losses of unknown
     * size before the next message belong to the same gap.
     *
     * @param missed the number of lost messages, or {@link Gap#UNKNOWN}
     */
    public boolean reportsGap(long missed) {
        boolean reported = !gapOpen || missed != Gap.UNKNOWN;
        gapOpen |= missed == Gap.UNKNOWN;
        return reported;
    }

    /**
     * Returns the id from which to resume after the messages that were read. Must be called before {@link #advance}.
     *
     * @param last the last message, if there was one
     * @param after the id after the gap before it, if there was one
     * @throws IllegalStateException if the id is that of the start position, which has been forgotten
     */
    public String resumeId(@Nullable StoredMessage last, @Nullable String after) {
        String seen = seenId(last, after);
        if (seen == null) {
            return start().id();
        }
        return replay == null ? seen : replay.resumeId(seen);
    }

    /**
     * Returns the same id as {@link #resumeId} if the subscriber cannot see it in the message or gap itself; otherwise
     * null.
     */
    public @Nullable String unseenResumeId(@Nullable StoredMessage last, @Nullable String after) {
        if (replay == null) {
            return null; // checked first: this is the case for nearly every batch, and building an id is expensive
        }
        String seen = seenId(last, after);
        if (seen == null) {
            return null;
        }
        String id = replay.resumeId(seen);
        return id.equals(seen) ? null : id;
    }

    private static @Nullable String seenId(@Nullable StoredMessage last, @Nullable String after) {
        return last == null ? after : last.id();
    }
}
