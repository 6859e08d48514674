package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.message.Gap;

/** What a stream says that is no message. */
public sealed interface ControlEvent {
    /** The event's name; none is {@code open} or {@code error}, which browsers use themselves. */
    String name();

    /** The place of a reader who has had this; empty if it says nothing about that. */
    default String id() {
        return "";
    }

    /**
     * The first thing on a stream.
     *
     * @param id the place where it begins
     */
    record Start(boolean recovered, String id) implements ControlEvent {
        @Override
        public String name() {
            return "start";
        }
    }

    /**
     * Messages are lost to this reader.
     *
     * @param messages how many, or {@link Gap#UNKNOWN}
     * @param id the place where it goes on
     */
    record MissedMessages(long messages, String id) implements ControlEvent {
        @Override
        public String name() {
            return "gap";
        }
    }

    /** One of a list cannot be read; the others can. */
    record Rejected(String channel, String code, String detail) implements ControlEvent {
        /** The code of a name that is not valid; the HTTP problem for such a name has the same one. */
        private static final String BAD_CHANNEL = "bad-channel";

        public static Rejected of(ChannelSelector.Rejected rejected) {
            return new Rejected(rejected.name(), BAD_CHANNEL, rejected.reason());
        }

        @Override
        public String name() {
            return "refused";
        }
    }

    /**
     * The place to go on from: at the end of an answer that is not a stream; and in the stream of a reader who comes from a
     * node that was further, as long as the ids of the messages do not say so.
     */
    record NextPosition(String id) implements ControlEvent {
        @Override
        public String name() {
            return "next";
        }
    }

    /** The end, and when to come back. */
    record Bye(String reason, long retryMillis) implements ControlEvent {
        @Override
        public String name() {
            return "bye";
        }
    }

    /** Nothing new, but alive. */
    record Heartbeat() implements ControlEvent {
        @Override
        public String name() {
            return "heartbeat";
        }
    }
}
