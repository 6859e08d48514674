package dev.ginkgo.hub.message;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/**
 * Where a subscription starts. Retained messages from that point on are delivered first, followed by new ones, in order
 * and without duplicates.
 */
public sealed interface Since {
    /** Starting points without parameters. */
    enum Point implements Since {
        /** Only messages published after the subscription was opened. */
        NONE,
        /** The newest message of each channel, then new messages. */
        LATEST,
        /** All retained messages, then new messages. */
        ALL
    }

    /**
     * After a given message. If messages after it are no longer available, or it belongs to an earlier run of the hub,
     * the subscription starts at the oldest retained message and reports a gap.
     *
     * @param id a message id as returned by {@link Message#id()}, by this node or another
     */
    record After(String id) implements Since {
        /**
         * Validates the id.
         *
         * @throws IllegalArgumentException if the text is not a valid message id
         */
        public After {
            MessageId.parse(id);
        }
    }

    /**
     * From a point in time, given as its distance to now.
     *
     * @param time how long ago; not negative
     */
    record Ago(Duration time) implements Since {
        /**
         * Validates the duration.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Ago {
            if (requireNonNull(time, "time is null").isNegative()) {
                throw new IllegalArgumentException("since must not be negative: " + time);
            }
        }
    }

    /**
     * From a point in time.
     *
     * @param moment by the clock of the node that serves the subscription. A moment before 1970 counts as 1970-01-01,
     *     one after the year 9999 as the end of that year
     */
    record At(Instant moment) implements Since {
        private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

        /** Rejects null, and limits the moment to the years 1970 to 9999. */
        public At {
            requireNonNull(moment, "moment is null");
            moment = moment.isBefore(Instant.EPOCH) ? Instant.EPOCH : moment.isAfter(LATEST) ? LATEST : moment;
        }
    }

    /**
     * Parses {@code none}, {@code latest}, {@code all}, a duration such as {@code 10m}, seconds since the Unix epoch,
     * or a message id.
     *
     * @throws IllegalArgumentException if the text is none of these; the message lists the valid forms
     */
    static Since parse(String text) {
        try {
            return switch (text) {
                case "none" -> Point.NONE;
                case "latest" -> Point.LATEST;
                case "all" -> Point.ALL;
                default -> parseTimeOrId(text);
            };
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "since=" + abbreviate(text)
                            + " is not valid; use a message id as it was received, a duration such as 10m,"
                            + " seconds since 1970 such as 1700000000, all, latest or none",
                    e);
        }
    }

    private static Since parseTimeOrId(String text) {
        if (text.matches("\\d{1,12}")) {
            return new At(Instant.ofEpochSecond(Long.parseLong(text)));
        }
        return text.matches("(\\d{1,9}(ms|s|m|h|d))+") ? new Ago(Durations.parse(text)) : new After(text);
    }

    private static String abbreviate(String text) {
        return text.length() <= MessageId.MAX_LENGTH ? text : text.substring(0, MessageId.MAX_LENGTH) + "…";
    }
}
