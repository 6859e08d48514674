package dev.ginkgo.run.client;

import dev.ginkgo.config.Durations;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** Position at which a stream starts or resumes. */
public sealed interface ResumePosition {
    /** Returns the channel URL with the query parameters for this position. */
    default URI applyTo(ChannelUrl stream) {
        return stream.uri();
    }

    /** Adds the header for this position, if it needs one. */
    default void addTo(HttpRequest.Builder request) {}

    /** Returns whether messages are lost unless the hub confirms that it started at this position. */
    default boolean requiresRecovery() {
        return false;
    }

    /** Only messages published from now on. */
    record Live() implements ResumePosition {}

    /** The position given with {@code --since}. */
    record SinceOption(String text) implements ResumePosition {
        private static final Pattern TIME = Pattern.compile("\\d+|(\\d+(ms|s|m|h|d))+");
        private static final List<String> POINTS = List.of("none", "latest", "all");

        /** Returns whether the option is a time or an age, which may lie before the oldest retained message. */
        boolean isTime() {
            return TIME.matcher(text).matches();
        }

        @Override
        public URI applyTo(ChannelUrl stream) {
            return stream.with("since", text);
        }

        @Override
        public boolean requiresRecovery() {
            return !POINTS.contains(text) && !isTime();
        }
    }

    /**
     * All messages of the last while, after a connection broke before the first message id was received.
     *
     * @param age time since the last event
     */
    record SinceDisconnect(Duration age) implements ResumePosition {
        @Override
        public URI applyTo(ChannelUrl stream) {
            return stream.with("since", Durations.format(Duration.ofSeconds(age.toSeconds() + 1)));
        }

        @Override
        public boolean requiresRecovery() {
            return true;
        }
    }

    /** Immediately after the last message received. */
    record AfterMessage(String id) implements ResumePosition {
        @Override
        public void addTo(HttpRequest.Builder request) {
            request.header("Last-Event-ID", id);
        }

        @Override
        public boolean requiresRecovery() {
            return true;
        }
    }
}
