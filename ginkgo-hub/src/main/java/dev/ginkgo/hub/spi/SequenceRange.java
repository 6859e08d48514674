package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

/**
 * Range of messages of one origin.
 *
 * @param origin the node that published them
 * @param from sequence number of the first message
 * @param to sequence number of the last message
 */
public record SequenceRange(NodeIncarnation origin, long from, long to) {
    public SequenceRange {
        requireNonNull(origin, "origin is null");
        if (from < 1 || to < from) {
            throw new IllegalArgumentException("invalid range of " + origin + ": from " + from + " to " + to);
        }
    }
}
