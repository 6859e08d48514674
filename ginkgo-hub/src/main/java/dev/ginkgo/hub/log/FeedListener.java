package dev.ginkgo.hub.log;

import java.util.ArrayList;
import java.util.List;

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
    record Group(List<FeedListener> members) {
        static final Group NONE = new Group(List.of());

        /** Notifies the listeners of several feeds that there is something new. Called without holding any lock. */
        static void appended(List<Group> changed) {
            for (Group group : changed) {
                for (FeedListener listener : group.members) {
                    listener.appended();
                }
            }
            changed.forEach(Group::wake);
        }

        /** Wakes all listeners. */
        void wake() {
            members.forEach(FeedListener::wake);
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
