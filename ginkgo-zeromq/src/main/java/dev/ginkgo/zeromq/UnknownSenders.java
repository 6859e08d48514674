package dev.ginkgo.zeromq;

import dev.ginkgo.hub.spi.NodeIncarnation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Nodes that speak to this one before its roster has them, or after. That is as it should be for a moment, as two nodes
 * do not hear at once that they are together; who goes on is a stranger, or the network is broken. Used by one thread.
 */
final class UnknownSenders {
    static final Duration GRACE_PERIOD = Duration.ofSeconds(5);

    /** More than a cluster has. */
    private static final int MAX_SENDERS = 64;

    /** More than a node says in a moment to one that it does not hear. */
    private static final int MAX_FRAMES = 100;

    private final Map<NodeIncarnation, Activity> senders = new LinkedHashMap<>(); // those heard of first come first

    private record Activity(long since, int count) {
        Activity increment() {
            return new Activity(since, count + 1);
        }
    }

    /** The same is heard from again, or for the first time: whether that is too much. */
    boolean exceedsGrace(NodeIncarnation unknown, long now) {
        Activity activity = senders.merge(unknown, new Activity(now, 1), (before, first) -> before.increment());
        if (senders.size() > MAX_SENDERS) {
            senders.remove(senders.keySet().iterator().next());
        }
        return activity.count > MAX_FRAMES || now - activity.since >= GRACE_PERIOD.toNanos();
    }

    /** It is in the roster. */
    void remove(NodeIncarnation known) {
        senders.remove(known);
    }
}
