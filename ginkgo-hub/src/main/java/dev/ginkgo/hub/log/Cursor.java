package dev.ginkgo.hub.log;

import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.position.VersionVector;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber's position in a {@link Feed}. It holds the number of the next message, which messages before the live
 * ones the subscriber wants ({@link Replay}), and whether a gap of unknown size has been reported since the last message.
 *
 * <p>Java subscriptions read one message at a time with {@link #next}. Streams and long polls read batches, which all
 * subscribers at one position share: they read the batch at {@link #position} and then {@link #advance}.
 *
 * <p>Not thread-safe: one thread at a time, that of its subscriber. What reads the feed is called under the store's lock.
 */
public final class Cursor {
    /** A look at a position where there is nothing for this subscriber. */
    private static final Step SKIPPED = new Step(null, false, 0, "", false);

    private static final Step AT_END = new Step(null, false, 0, "", true);

    public final Feed feed;
    public final StartPosition start;

    private final VersionVector versionVector;
    private long position;
    private @Nullable Replay replay;
    private boolean gapOpen;

    /**
     * Opens a cursor.
     *
     * @param versionVector for the id of the end of the feed
     */
    Cursor(Feed feed, StartPosition start, VersionVector versionVector) {
        this.feed = feed;
        this.start = start;
        this.versionVector = versionVector;
        this.position = start.number();
        this.replay = start.replay();
    }

    /** The number of the next message. */
    public long position() {
        return position;
    }

    /** Which messages it still wants of those before the live ones; null if it wants every message. */
    public @Nullable Replay replay() {
        return replay;
    }

    // ---- one message at a time

    /**
     * One look at the feed: a gap, a message, or nothing.
     *
     * @param message the message, if there is one that the subscriber wants
     * @param replayed whether the message was there before the subscriber
     * @param missed how many messages are lost, or {@link Gap#UNKNOWN}; 0 if there is no gap to report
     * @param after the id of the position after the gap
     * @param atEnd whether there is nothing more to read
     */
    public record Step(@Nullable StoredMessage message, boolean replayed, long missed, String after, boolean atEnd) {}

    /** Reads what comes next, and moves past it. Under the store's lock. */
    public Step next() {
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
            return AT_END;
        }
        Replay before = replay;
        boolean wanted = Replay.wants(before, next, entry);
        move(next + 1, entry.message);
        if (!wanted) {
            return SKIPPED;
        }
        gapOpen = false;
        StoredMessage shown = before == null ? entry.message : before.forSubscriber(entry.message);
        return new Step(shown, next < start.firstLive(), 0, "", false);
    }

    // ---- many at a time

    /**
     * Moves past what was read.
     *
     * @param next the number after it
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

    // ---- what the subscriber is sent besides messages

    /**
     * Whether a gap is to be reported. After a gap of unknown size, further losses before the next message belong to the
     * same gap.
     *
     * @param missed how many messages, or {@link Gap#UNKNOWN}
     */
    public boolean reportsGap(long missed) {
        boolean reported = !gapOpen || missed != Gap.UNKNOWN;
        gapOpen |= missed == Gap.UNKNOWN;
        return reported;
    }

    /**
     * The id to resume with after what was read; to be asked before {@link #advance}.
     *
     * @param last the last message, if there was one
     * @param after the id after the gap before it, if there was one
     */
    public String resumeId(@Nullable StoredMessage last, @Nullable String after) {
        String seen = seenId(last, after);
        if (seen == null) {
            return start.id();
        }
        return replay == null ? seen : replay.resumeId(seen);
    }

    /** The same, if it is another one than the subscriber sees in the message or the gap; else null. */
    public @Nullable String unseenResumeId(@Nullable StoredMessage last, @Nullable String after) {
        if (replay == null) {
            return null; // first, because it is so for nearly every batch, and an id takes time to write
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
