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
    static final Duration KEPT = Duration.ofHours(1);

    /** How many are remembered; the oldest goes first. */
    static final int MOST = 256;

    private final TimeSource time;

    // guarded by this
    private List<String> present = List.of();
    private final Map<String, Long> gone = new LinkedHashMap<>();

    ClusterOrigins(TimeSource time) {
        this.time = time;
    }

    /** These are the members now. */
    synchronized void are(List<String> origins) {
        long now = time.nanos();
        for (String before : present) {
            if (!origins.contains(before)) {
                gone.put(before, now);
            }
        }
        present = List.copyOf(origins);
        present.forEach(gone::remove);
        while (gone.size() > MOST) {
            gone.remove(gone.keySet().iterator().next());
        }
    }

    /** Those whose pages may come. */
    synchronized List<String> all() {
        if (gone.isEmpty()) {
            return present;
        }
        long now = time.nanos();
        gone.values().removeIf(left -> now - left > KEPT.toNanos());
        List<String> all = new ArrayList<>(present);
        all.addAll(gone.keySet());
        return all;
    }
}
