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
    static final Duration MOMENT = Duration.ofSeconds(5);

    /** More than a cluster has. */
    private static final int MOST = 64;

    /** More than a node says in a moment to one that it does not hear. */
    private static final int WORDS = 100;

    private final Map<NodeIncarnation, Activity> heard = new LinkedHashMap<>(); // those heard of first come first

    private record Activity(long since, int count) {
        Activity more() {
            return new Activity(since, count + 1);
        }
    }

    /** The same is heard from again, or for the first time: whether that is too much. */
    boolean isTooMuch(NodeIncarnation unknown, long now) {
        Activity words = heard.merge(unknown, new Activity(now, 1), (before, first) -> before.more());
        if (heard.size() > MOST) {
            heard.remove(heard.keySet().iterator().next());
        }
        return words.count > WORDS || now - words.since >= MOMENT.toNanos();
    }

    /** It is in the roster. */
    void met(NodeIncarnation known) {
        heard.remove(known);
    }
}
