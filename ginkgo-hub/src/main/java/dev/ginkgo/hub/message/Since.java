package dev.ginkgo.hub.message;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/**
 * From where a reader begins: what the hub still holds from there on comes first, then what is published, in order and
 * none twice.
 */
public sealed interface Since {
    /** Points that need no more words. */
    enum Point implements Since {
        /** What is published from now on. */
        NONE,
        /** The newest message of each channel, then what is published. */
        LATEST,
        /** Everything that is held, then what is published. */
        ALL
    }

    /**
     * After a message. If messages after it are gone, or it is of an earlier start of the hub, the reader gets all that
     * is held and is told that some are lost.
     *
     * @param id as {@link Message#id()} gave it, here or at another node
     */
    record After(String id) implements Since {
        /**
         * Checks the id.
         *
         * @throws IllegalArgumentException if it is none
         */
        public After {
            MessageId.parse(id);
        }
    }

    /**
     * From a moment in the past on.
     *
     * @param time how long ago
     */
    record Ago(Duration time) implements Since {
        /**
         * Checks the time.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Ago {
            if (requireNonNull(time, "time is null").isNegative()) {
                throw new IllegalArgumentException("since " + time + " ago is not in the past");
            }
        }
    }

    /**
     * From a moment on.
     *
     * @param moment by the clock of the node that is asked
     */
    record At(Instant moment) implements Since {
        /** Checks that there is one. */
        public At {
            requireNonNull(moment, "moment is null");
        }
    }

    /**
     * Reads {@code none}, {@code latest}, {@code all}, a duration such as {@code 10m}, seconds since 1970, or the id of
     * a message.
     *
     * @throws IllegalArgumentException if it is none of these; the message shows them
     */
    static Since parse(String text) {
        try {
            return switch (text) {
                case "none" -> Point.NONE;
                case "latest" -> Point.LATEST;
                case "all" -> Point.ALL;
                default -> measured(text);
            };
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "since=" + shown(text) + " is not understood; there are the id of a message as it was received, a"
                            + " time such as 10m, seconds since 1970 such as 1700000000, all, latest and none",
                    e);
        }
    }

    private static Since measured(String text) {
        if (text.matches("\\d{1,12}")) {
            return new At(Instant.ofEpochSecond(Long.parseLong(text)));
        }
        return text.matches("(\\d{1,9}(ms|s|m|h|d))+") ? new Ago(Durations.parse(text)) : new After(text);
    }

    private static String shown(String text) {
        return text.length() <= MessageId.MAX_LENGTH ? text : text.substring(0, MessageId.MAX_LENGTH) + "…";
    }
}
