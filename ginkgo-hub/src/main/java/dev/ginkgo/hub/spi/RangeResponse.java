package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a node still has of a stretch that it was asked for.
 *
 * @param range what was asked
 * @param messages those that it has, from {@code stretch.from} to {@code through}, numbers rising; at most about
 *     {@value #MAX_BYTES} bytes, but one message at least if there is one
 * @param through how far it has looked: what is missing up to there it does not have; the rest may be asked again
 */
public record RangeResponse(SequenceRange range, List<Envelope> messages, long through) {
    /** How large an answer may grow before the rest is left to the next one, by {@link Envelope#memoryBytes}. */
    public static final long MAX_BYTES = 256 * 1024;

    public RangeResponse {
        requireNonNull(range, "stretch is null");
        messages = List.copyOf(messages);
        if (through < range.from() || through > range.to()) {
            throw new IllegalArgumentException("an answer to " + range + " does not go through " + through);
        }
        long before = range.from() - 1;
        for (Envelope message : messages) {
            if (!message.origin().equals(range.origin())
                    || message.sequence() <= before
                    || message.sequence() > through) {
                throw new IllegalArgumentException(message + " does not belong after " + before + " in an answer to "
                        + range + " that goes through " + through);
            }
            before = message.sequence();
        }
    }

    /** The answer of a node that has nothing of it. */
    public static RangeResponse empty(SequenceRange sequenceRange) {
        return new RangeResponse(sequenceRange, List.of(), sequenceRange.to());
    }
}
