package dev.ginkgo.hub.log;

import dev.ginkgo.hub.message.MessageId;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which messages of a feed a reader wants before it has come to where all others are. It needs memory for none of them.
 *
 * <p>The ids of this node do not hold what the reader has had elsewhere and has not come here yet. A reader who goes on
 * to a third node by such an id would get that again; so it is given ids that hold both, until this node is as far.
 *
 * @param until the number from which on it wants them all; it rises for a reader that has been further than this node
 * @param wanted of those before
 * @param alreadyRead what a reader has had that has been further than this node; else null
 */
public record Replay(
        long until, Predicate<Entry> wanted, @Nullable MessageId alreadyRead) {

    Replay(long until, Predicate<Entry> wanted) {
        this(until, wanted, null);
    }

    /** Whether a subscriber with that replay wants a message. */
    public static boolean wants(@Nullable Replay replay, long number, Entry entry) {
        return replay == null || number >= replay.until || replay.wanted.test(entry);
    }

    /** Whether there is nothing any more before that message that the reader has had and this node has not. */
    boolean isOver(@Nullable StoredMessage message) {
        return alreadyRead != null
                && message != null
                && message.vector().merge(alreadyRead).equals(message.vector());
    }

    /** The id of a place here, together with what the reader has had. The same if there is nothing, or no room for it. */
    String resumeId(String here) {
        if (alreadyRead == null) {
            return here;
        }
        String both = MessageId.parse(here).merge(alreadyRead).text();
        return both.length() > MessageId.MAX_LENGTH ? here : both;
    }

    /** A message with such an id. */
    StoredMessage forSubscriber(StoredMessage message) {
        return alreadyRead == null ? message : message.withMerged(alreadyRead);
    }
}
