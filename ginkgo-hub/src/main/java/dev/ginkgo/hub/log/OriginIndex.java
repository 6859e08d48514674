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
 * Index of the messages of a store by the node that published them, in order of their sequence numbers; it serves
 * retransmission requests of other nodes. Guarded by the store.
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
            byOrigin.computeIfPresent(envelope.origin(), (_, envelopes) -> {
                envelopes.remove(envelope.sequence());
                return envelopes.isEmpty() ? null : envelopes;
            });
        }
    }

    void clear() {
        byOrigin.clear();
    }

    /** Returns the retained messages of a range, up to a limit of bytes; the peer requests the rest separately. */
    RangeResponse readRange(SequenceRange requested) {
        TreeMap<Long, Envelope> envelopes = byOrigin.get(requested.origin());
        if (envelopes == null) {
            return RangeResponse.empty(requested);
        }
        List<Envelope> found = new ArrayList<>();
        long bytes = 0;
        for (Envelope each :
                envelopes.subMap(requested.from(), true, requested.to(), true).values()) {
            bytes += each.memoryBytes();
            if (!found.isEmpty() && bytes > RangeResponse.MAX_BYTES) {
                return new RangeResponse(requested, found, found.getLast().sequence());
            }
            found.add(each);
        }
        return new RangeResponse(requested, found, requested.to());
    }
}
