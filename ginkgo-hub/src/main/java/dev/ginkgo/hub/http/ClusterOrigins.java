package dev.ginkgo.hub.http;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Web origins of the nodes of this cluster. Pages served by these nodes may use this hub.
 *
 * <p>A page connects to another node when the node that served it has failed, and that node may have left the
 * membership by then. An origin therefore stays allowed for {@link #RETENTION} after its node has left.
 */
final class ClusterOrigins {
    /** Long enough for a page to detect that its node has failed; short, because the address may be reassigned. */
    static final Duration RETENTION = Duration.ofHours(1);

    /** Maximum number of origins of former members; the oldest is removed first. */
    static final int MAX_RETAINED = 256;

    private final TimeSource timeSource;

    // guarded by this
    private List<String> current = List.of();
    private final Map<String, Long> former = new LinkedHashMap<>();

    ClusterOrigins(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    /** Replaces the origins of the current members. */
    synchronized void update(List<String> origins) {
        long now = timeSource.nanos();
        for (String origin : current) {
            if (!origins.contains(origin)) {
                former.put(origin, now);
            }
        }
        current = List.copyOf(origins);
        current.forEach(former::remove);
        while (former.size() > MAX_RETAINED) {
            former.remove(former.keySet().iterator().next());
        }
    }

    /** Returns the origins of the current members and of those that left within the retention time. */
    synchronized List<String> allowed() {
        if (former.isEmpty()) {
            return current;
        }
        long now = timeSource.nanos();
        former.values().removeIf(leftAt -> now - leftAt > RETENTION.toNanos());
        List<String> all = new ArrayList<>(current);
        all.addAll(former.keySet());
        return all;
    }
}
