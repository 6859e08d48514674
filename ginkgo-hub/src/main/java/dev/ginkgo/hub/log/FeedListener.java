package dev.ginkgo.hub.log;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listener that is notified when a {@link Feed} has something new: a message, or a gap. Called by the thread that added
 * it, after the store's lock has been released.
 */
public interface FeedListener {
    /**
     * Records that there is something new. This is called on all listeners of a change before {@link #wake} is called
     * on any of them, so that a thread that serves several listeners sees all of them when it is woken.
     */
    void appended();

    /** Wakes the reading thread, unless it is awake. Also called when the store closes. */
    void wake();

    /** Immutable list of the listeners to notify when there is something new. */
    final class Group {
        private static final Logger LOG = LoggerFactory.getLogger(FeedListener.class);

        static final Group NONE = new Group(List.of());

        private final List<FeedListener> members;

        /** A list that contains only this group: what a message changes, unless there are merged feeds. */
        final List<Group> alone = List.of(this);

        private Group(List<FeedListener> members) {
            this.members = members;
        }

        /**
         * Notifies the listeners of several feeds that there is something new. Called without holding any lock. An exception
         * of a listener concerns neither the other ones nor the caller, whose message is stored.
         */
        @SuppressWarnings("ForLoopReplaceableByForEach") // without an iterator: once for each message
        static void appended(List<Group> changed) {
            for (int i = 0; i < changed.size(); i++) {
                List<FeedListener> members = changed.get(i).members;
                for (int member = 0; member < members.size(); member++) {
                    try {
                        members.get(member).appended();
                    } catch (RuntimeException | Error e) {
                        LOG.error("a subscriber could not be notified of a message", e);
                    }
                }
            }
            for (int i = 0; i < changed.size(); i++) {
                changed.get(i).wake();
            }
        }

        /** Wakes all listeners. */
        void wake() {
            for (int i = 0; i < members.size(); i++) {
                try {
                    members.get(i).wake();
                } catch (RuntimeException | Error e) {
                    LOG.error("a subscriber could not be woken", e);
                }
            }
        }

        Group with(FeedListener listener) {
            List<FeedListener> more = new ArrayList<>(members.size() + 1);
            more.addAll(members);
            more.add(listener);
            return new Group(List.copyOf(more));
        }

        @SuppressWarnings("ReferenceEquality") // identity is intended
        Group without(FeedListener listener) {
            return new Group(members.stream().filter(each -> each != listener).toList());
        }
    }
}
