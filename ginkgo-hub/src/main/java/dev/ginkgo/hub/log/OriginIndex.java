package dev.ginkgo.hub.log;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Index of the messages of a store by the node that published them, in order of their sequence numbers; it serves
 * retransmission requests of other nodes. Guarded by the store.
 */
final class OriginIndex {
    private final Map<NodeIncarnation, NavigableMap<Long, Envelope>> byOrigin = new HashMap<>();

    // what was found last: most messages are of the same origin as the one before
    private @Nullable NodeIncarnation lastOrigin;
    private NavigableMap<Long, Envelope> ofLastOrigin = new TreeMap<>();

    void add(Entry entry) {
        Envelope envelope = entry.envelope;
        if (envelope != null) {
            envelopes(envelope.origin()).put(envelope.sequence(), envelope);
        }
    }

    void remove(Entry entry) {
        Envelope envelope = entry.envelope;
        if (envelope != null) {
            NavigableMap<Long, Envelope> envelopes = envelopes(envelope.origin());
            envelopes.remove(envelope.sequence());
            if (envelopes.isEmpty()) {
                byOrigin.remove(envelope.origin());
                lastOrigin = null;
            }
        }
    }

    /** Returns the messages of an origin. Its hash is not computed if it is the same object as the last time. */
    @SuppressWarnings("ReferenceEquality")
    private NavigableMap<Long, Envelope> envelopes(NodeIncarnation origin) {
        if (origin != lastOrigin) {
            ofLastOrigin = byOrigin.computeIfAbsent(origin, _ -> new TreeMap<>());
            lastOrigin = origin;
        }
        return ofLastOrigin;
    }

    void clear() {
        byOrigin.clear();
        lastOrigin = null;
    }

    /** Returns the retained messages of a range, up to a limit of bytes; the peer requests the rest separately. */
    RangeResponse readRange(SequenceRange requested) {
        NavigableMap<Long, Envelope> envelopes = byOrigin.get(requested.origin());
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
