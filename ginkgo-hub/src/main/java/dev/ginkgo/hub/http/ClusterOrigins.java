package dev.ginkgo.hub.http;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The origins of the pages of this cluster's nodes. A page outlives the node that it came from: it goes to another one
 * just when its own is dead, and has left the roster. So a node's origin is remembered for a while after that.
 */
final class ClusterOrigins {
    /** Long enough for a page to find that its node is gone; short, because somebody else may get the address. */
    static final Duration RETENTION = Duration.ofHours(1);

    /** How many are remembered; the oldest goes first. */
    static final int MAX_RETAINED = 256;

    private final TimeSource timeSource;

    // guarded by this
    private List<String> present = List.of();
    private final Map<String, Long> departed = new LinkedHashMap<>();

    ClusterOrigins(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    /** These are the members now. */
    synchronized void update(List<String> origins) {
        long now = timeSource.nanos();
        for (String before : present) {
            if (!origins.contains(before)) {
                departed.put(before, now);
            }
        }
        present = List.copyOf(origins);
        present.forEach(departed::remove);
        while (departed.size() > MAX_RETAINED) {
            departed.remove(departed.keySet().iterator().next());
        }
    }

    /** Those whose pages may come. */
    synchronized List<String> allowed() {
        if (departed.isEmpty()) {
            return present;
        }
        long now = timeSource.nanos();
        departed.values().removeIf(left -> now - left > RETENTION.toNanos());
        List<String> all = new ArrayList<>(present);
        all.addAll(departed.keySet());
        return all;
    }
}
