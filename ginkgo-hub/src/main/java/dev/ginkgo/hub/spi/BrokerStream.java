package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

/**
 * State of a stream.
 *
 * @param stream name of the stream, the same at every hub, and time of its creation in milliseconds since 1970; or this node
 *     itself, if positions are valid at this hub only
 * @param first position of the oldest retained message; {@code last + 1} if there is none
 * @param last position of the last message that was appended; 0 if there was none
 */
public record BrokerStream(NodeIncarnation stream, long first, long last) {
    public BrokerStream {
        requireNonNull(stream, "stream is null");
        if (last < 0 || first < 1 || first > last + 1) {
            throw new IllegalArgumentException(
                    "invalid state of stream " + stream + ": first position " + first + ", last position " + last);
        }
    }
}
