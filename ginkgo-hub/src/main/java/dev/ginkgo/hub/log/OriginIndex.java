package dev.ginkgo.hub;

import dev.ginkgo.hub.spi.Answer;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Stretch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The messages of a store by the node that published them, in the order of their numbers: what other nodes may ask for.
 * Guarded by the store.
 */
final class Strands {
    private final Map<Origin, TreeMap<Long, Envelope>> strands = new HashMap<>();

    void add(Entry entry) {
        Envelope envelope = entry.envelope;
        if (envelope != null) {
            strands.computeIfAbsent(envelope.origin(), _ -> new TreeMap<>()).put(envelope.sequence(), envelope);
        }
    }

    void remove(Entry entry) {
        Envelope envelope = entry.envelope;
        if (envelope != null) {
            strands.computeIfPresent(envelope.origin(), (_, strand) -> {
                strand.remove(envelope.sequence());
                return strand.isEmpty() ? null : strand;
            });
        }
    }

    void clear() {
        strands.clear();
    }

    /** What is held of a stretch; the rest is for the next question, if it is much. */
    Answer answer(Stretch asked) {
        TreeMap<Long, Envelope> strand = strands.get(asked.origin());
        if (strand == null) {
            return Answer.nothing(asked);
        }
        List<Envelope> found = new ArrayList<>();
        long bytes = 0;
        for (Envelope each : strand.subMap(asked.from(), true, asked.to(), true).values()) {
            bytes += each.cost();
            if (!found.isEmpty() && bytes > Answer.MAX_BYTES) {
                return new Answer(asked, found, found.getLast().sequence());
            }
            found.add(each);
        }
        return new Answer(asked, found, asked.to());
    }
}
