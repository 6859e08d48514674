package dev.ginkgo.hub;

/** What a stream says that is no message. */
sealed interface Control {
    /** The event's name; none is {@code open} or {@code error}, which browsers use themselves. */
    String name();

    /** The first thing on a stream. */
    record Start(boolean recovered) implements Control {
        @Override
        public String name() {
            return "start";
        }
    }

    /** So many messages are lost to this reader. */
    record Missed(long messages) implements Control {
        @Override
        public String name() {
            return "gap";
        }
    }

    /** The end, and when to come back. */
    record Bye(String reason, long retryMillis) implements Control {
        @Override
        public String name() {
            return "bye";
        }
    }

    /** Nothing new, but alive. */
    record Heartbeat() implements Control {
        @Override
        public String name() {
            return "heartbeat";
        }
    }
}
