package dev.ginkgo.hub.log;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The messages of a store by the node that published them, in the order of their numbers: what other nodes may ask for.
 * Guarded by the store.
 */
final class OriginIndex {
    private final Map<NodeIncarnation, TreeMap<Long, Envelope>> byOrigin = new HashMap<>();

    void add(Entry entry) {
        Envelope envelope = entry.envelope;
        if (envelope != null) {
            byOrigin.computeIfAbsent(envelope.origin(), _ -> new TreeMap<>()).put(envelope.sequence(), envelope);
        }
    }

    void remove(Entry entry) {
        Envelope envelope = entry.envelope;
        if (envelope != null) {
            byOrigin.computeIfPresent(envelope.origin(), (_, strand) -> {
                strand.remove(envelope.sequence());
                return strand.isEmpty() ? null : strand;
            });
        }
    }

    void clear() {
        byOrigin.clear();
    }

    /** What is held of a stretch; the rest is for the next question, if it is much. */
    RangeResponse readRange(SequenceRange asked) {
        TreeMap<Long, Envelope> strand = byOrigin.get(asked.origin());
        if (strand == null) {
            return RangeResponse.empty(asked);
        }
        List<Envelope> found = new ArrayList<>();
        long bytes = 0;
        for (Envelope each : strand.subMap(asked.from(), true, asked.to(), true).values()) {
            bytes += each.memoryBytes();
            if (!found.isEmpty() && bytes > RangeResponse.MAX_BYTES) {
                return new RangeResponse(asked, found, found.getLast().sequence());
            }
            found.add(each);
        }
        return new RangeResponse(asked, found, asked.to());
    }
}
