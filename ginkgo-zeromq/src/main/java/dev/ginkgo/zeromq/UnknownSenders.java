package dev.ginkgo.zeromq;

import dev.ginkgo.hub.spi.NodeIncarnation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tracker of senders that are not in the roster. For a short time that is normal, because two nodes do not learn of a
 * membership change at the same moment. A sender that continues is not a member, or there is a network fault. Used by
 * one thread.
 */
final class UnknownSenders {
    static final Duration GRACE_PERIOD = Duration.ofSeconds(5);

    /** More than the maximum number of nodes. */
    private static final int MAX_SENDERS = 64;

    /** More than a node sends within the grace period to a peer from which it does not receive. */
    private static final int MAX_FRAMES = 100;

    private final Map<NodeIncarnation, Activity> senders = new LinkedHashMap<>(); // in the order of first contact

    private record Activity(long firstSeen, int count) {
        Activity increment() {
            return new Activity(firstSeen, count + 1);
        }
    }

    /** Records a frame from an unknown sender; returns whether it exceeds the grace period or the number of frames. */
    boolean exceedsGrace(NodeIncarnation sender, long now) {
        Activity activity = senders.merge(sender, new Activity(now, 1), (existing, _) -> existing.increment());
        if (senders.size() > MAX_SENDERS) {
            senders.remove(senders.keySet().iterator().next());
        }
        return activity.count > MAX_FRAMES || now - activity.firstSeen >= GRACE_PERIOD.toNanos();
    }

    /** Forgets a sender that is now in the roster. */
    void remove(NodeIncarnation sender) {
        senders.remove(sender);
    }
}
