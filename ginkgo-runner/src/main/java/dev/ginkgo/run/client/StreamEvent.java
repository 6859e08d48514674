package dev.ginkgo.run.client;

import java.time.Duration;
import java.util.Optional;

/** What comes on a stream. */
sealed interface StreamEvent {
    /** The position after it, if it tells one: who reads on from there has lost nothing. */
    Optional<String> id();

    /** A message. */
    record Message(String messageId, String channel, ImmutableBytes payload, ImmutableBytes json)
            implements StreamEvent {
        @Override
        public Optional<String> id() {
            return Optional.of(messageId);
        }
    }

    /** The first thing on a stream: whether it goes on where it was to. */
    record Start(Optional<String> id, boolean recovered) implements StreamEvent {}

    /** Messages were lost; how many is not always known. */
    record Gap(Optional<String> id, Optional<Long> missed) implements StreamEvent {}

    /** The hub ends the stream, and says when to come back. */
    record Bye(Optional<String> id, Optional<Duration> retryAfter) implements StreamEvent {}

    /** One of several channels is not read; the others are. */
    record ChannelRejected(Optional<String> id, String channel, String detail) implements StreamEvent {}

    /** A heartbeat, or what a later hub may have to say. */
    record Other(Optional<String> id) implements StreamEvent {}
}
