package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

/**
 * Messages of one origin that somebody has missed.
 *
 * @param origin who published them
 * @param from the first one's number
 * @param to the last one's
 */
public record SequenceRange(NodeIncarnation origin, long from, long to) {
    public SequenceRange {
        requireNonNull(origin, "origin is null");
        if (from < 1 || to < from) {
            throw new IllegalArgumentException("no stretch of " + origin + " goes from " + from + " to " + to);
        }
    }
}
