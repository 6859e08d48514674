package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Response to a retransmission request: the retained messages of a range.
 *
 * @param range the requested range
 * @param messages the messages from {@code range.from} to {@code through} that the node has retained, in ascending
 *     order; at most about {@value #MAX_BYTES} bytes, but at least one message if there is one
 * @param through how far the response extends: messages up to this number that are not included are not available from
 *     this node; the rest may be requested again
 */
public record RangeResponse(SequenceRange range, List<Envelope> messages, long through) {
    /** Size at which a response ends and the rest is left to the next one, by {@link Envelope#memoryBytes}. */
    public static final long MAX_BYTES = 256 * 1024;

    public RangeResponse {
        requireNonNull(range, "range is null");
        messages = List.copyOf(messages);
        if (through < range.from() || through > range.to()) {
            throw new IllegalArgumentException("response to " + range + " cannot extend through " + through);
        }
        long previous = range.from() - 1;
        for (Envelope message : messages) {
            if (!message.origin().equals(range.origin())
                    || message.sequence() <= previous
                    || message.sequence() > through) {
                throw new IllegalArgumentException(message + " is out of order after " + previous + " in a response to "
                        + range + " through " + through);
            }
            previous = message.sequence();
        }
    }

    /** Returns the response of a node that has none of the messages. */
    public static RangeResponse empty(SequenceRange sequenceRange) {
        return new RangeResponse(sequenceRange, List.of(), sequenceRange.to());
    }
}
