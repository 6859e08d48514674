package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** Where {@link Broker#read} starts in a stream. */
public sealed interface ReadStart {

    /**
     * After a position.
     *
     * @param sequence the last position that is not reported; 0 to report every position from 1 on
     */
    record After(long sequence) implements ReadStart {
        public After {
            if (sequence < 0) {
                throw new IllegalArgumentException("cannot read after position " + sequence + "; the first is 1");
            }
        }
    }

    /**
     * At the oldest message that the hub would retain: one that is not older than the maximum age, and from which the rest of
     * the stream is not larger than the maximum size. Both are approximate: a broker that cannot determine the message exactly
     * starts at an earlier one, but not so that the size is exceeded by more than half. Positions from 1 up to that message are
     * reported as lost.
     *
     * @param maxAge maximum age of the message, by the broker's clock
     * @param maxBytes maximum size of the messages to read, in bytes of their payloads
     */
    record Tail(Duration maxAge, long maxBytes) implements ReadStart {
        public Tail {
            if (requireNonNull(maxAge, "maxAge is null").isNegative() || maxBytes < 0) {
                throw new IllegalArgumentException(
                        "the tail of a stream must not have a negative size: " + maxAge + ", " + maxBytes + " bytes");
            }
        }
    }
}
