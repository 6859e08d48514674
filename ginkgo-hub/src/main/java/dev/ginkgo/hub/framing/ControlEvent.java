package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.message.Gap;

/** Event in a stream that is not a message. */
public sealed interface ControlEvent {
    /**
     * Returns the name of the event. No event is named {@code open} or {@code error}, because browsers use these names.
     */
    String name();

    /** Returns the position of a subscriber that has received this event; empty if the event has no position. */
    default String id() {
        return "";
    }

    /**
     * The first event of a stream.
     *
     * @param recovered whether every requested older message is available
     * @param id the start position
     */
    record Start(boolean recovered, String id) implements ControlEvent {
        @Override
        public String name() {
            return "start";
        }
    }

    /**
     * Messages are lost for this subscriber.
     *
     * @param messages how many, or {@link Gap#UNKNOWN}
     * @param id the position after the gap
     */
    record MissedMessages(long messages, String id) implements ControlEvent {
        @Override
        public String name() {
            return "gap";
        }
    }

    /**
     * A name in a list that is invalid or not granted. The other channels of the list are subscribed to.
     *
     * @param code the code of the HTTP problem for such a name
     */
    record Rejected(String channel, String code, String detail) implements ControlEvent {
        /** Returns the event for a rejected name. */
        public static Rejected of(ChannelSelector.Rejected rejected) {
            return new Rejected(rejected.name(), rejected.code(), rejected.reason());
        }

        @Override
        public String name() {
            return "refused";
        }
    }

    /**
     * The position from which to resume. It ends a response that is not a stream. In a stream it follows messages whose
     * own ids do not include what the subscriber has received from a node that was ahead of this one.
     */
    record NextPosition(String id) implements ControlEvent {
        @Override
        public String name() {
            return "next";
        }
    }

    /** The end of a stream, and after how many milliseconds to reconnect. */
    record Bye(String reason, long retryMillis) implements ControlEvent {
        @Override
        public String name() {
            return "bye";
        }
    }

    /** Keep-alive of an idle stream. */
    record Heartbeat() implements ControlEvent {
        @Override
        public String name() {
            return "heartbeat";
        }
    }
}
