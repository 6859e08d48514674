package dev.ginkgo.run.client;

import java.time.Duration;
import java.util.Optional;

/** Event received on a stream. */
sealed interface StreamEvent {
    /** Returns the position after this event, if it has one; resuming there loses nothing. */
    Optional<String> id();

    /** A message. */
    record Message(String messageId, String channel, ImmutableBytes payload, ImmutableBytes json)
            implements StreamEvent {
        @Override
        public Optional<String> id() {
            return Optional.of(messageId);
        }
    }

    /** First event of a stream: whether the stream starts at the requested position. */
    record Start(Optional<String> id, boolean recovered) implements StreamEvent {}

    /** Messages were lost; the number is not always known. */
    record Gap(Optional<String> id, Optional<Long> missed) implements StreamEvent {}

    /** The hub ends the stream, and says when to reconnect. */
    record Bye(Optional<String> id, Optional<Duration> retryAfter) implements StreamEvent {}

    /** One of several channels was rejected; the others are served. */
    record ChannelRejected(Optional<String> id, String channel, String detail) implements StreamEvent {}

    /** A heartbeat, or an event of a later version. */
    record Other(Optional<String> id) implements StreamEvent {}
}
