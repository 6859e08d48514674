package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

/**
 * Position of a message in a stream of a broker.
 *
 * @param stream the stream; its incarnation is the time of its creation, so that a stream that is created again under the same
 *     name is another origin
 * @param sequence number of the message in the stream, from 1
 */
public record BrokerPosition(NodeIncarnation stream, long sequence) {
    public BrokerPosition {
        requireNonNull(stream, "stream is null");
        if (sequence < 1) {
            throw new IllegalArgumentException("position " + sequence + " of stream " + stream + "; the first is 1");
        }
    }

    /** Returns a text such as {@code 17 of events#1763942400000}. */
    @Override
    public String toString() {
        return sequence + " of " + stream;
    }
}
