package dev.ginkgo.hub.log;

import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.MessageId.Position;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Filter for the messages that a subscriber wants until it has reached the point from which it wants every message. It
 * takes no memory per message.
 *
 * <p>A subscriber may come from a node that had received more than this one, or that received the same messages in another
 * order. The ids of this node then do not include some messages that the subscriber has read, and resuming from such an id at
 * a third node would deliver them again. Such a subscriber therefore receives ids that include both positions, until the ids
 * of this node include its own.
 *
 * @param until the number from which on every message is wanted; {@link Long#MAX_VALUE} for a subscriber that is ahead
 *     of this node
 * @param wanted filter for the messages before {@code until}
 * @param alreadyRead the position of a subscriber that resumes; null if it starts without an id
 */
public record Replay(
        long until, Predicate<Entry> wanted, @Nullable MessageId alreadyRead) {

    Replay(long until, Predicate<Entry> wanted) {
        this(until, wanted, null);
    }

    /** Returns whether a subscriber with a replay filter wants a message. */
    public static boolean wants(@Nullable Replay replay, long number, Entry entry) {
        return replay == null || number >= replay.until || replay.wanted.test(entry);
    }

    /**
     * Returns whether a message's id covers everything that the subscriber had read: so do the ids of all later messages, and
     * all of them are wanted.
     */
    boolean isOver(@Nullable StoredMessage message) {
        return alreadyRead != null
                && message != null
                && alreadyRead.positions().stream().allMatch(read -> includes(message.vector(), read));
    }

    /**
     * Returns whether all messages of an origin up to a position arrived before the message with an id. A later incarnation
     * shows that only with a message of its own: a node that has restarted is in ids before it has received what its earlier
     * incarnation published.
     */
    private static boolean includes(MessageId id, Position read) {
        Position here = id.position(read.origin());
        if (here == null) {
            return false;
        }
        return here.incarnation() == read.incarnation()
                ? here.sequence() >= read.sequence()
                : here.incarnation() > read.incarnation() && here.sequence() > 0;
    }

    /**
     * Returns an id merged with what the subscriber has read; the same id if there is nothing to add or it would become
     * too long.
     */
    String resumeId(String id) {
        if (alreadyRead == null) {
            return id;
        }
        String merged = MessageId.parse(id).merge(alreadyRead).text();
        return merged.length() > MessageId.MAX_LENGTH ? id : merged;
    }

    /** Returns the message with an id merged in the same way. */
    StoredMessage forSubscriber(StoredMessage message) {
        return alreadyRead == null ? message : message.withMerged(alreadyRead);
    }
}
