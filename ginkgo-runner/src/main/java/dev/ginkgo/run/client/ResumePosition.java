package dev.ginkgo.run.client;

import dev.ginkgo.config.Durations;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** Where a stream is to begin. */
public sealed interface ResumePosition {
    /** The address for it; the channel's own, with parameters. */
    default URI applyTo(ChannelUrl stream) {
        return stream.uri();
    }

    /** Adds the header for it. */
    default void addTo(HttpRequest.Builder request) {}

    /** Whether the hub has to say that it could begin there: if it could not, something is lost. */
    default boolean requiresRecovery() {
        return false;
    }

    /** With what is published from now on. */
    record Live() implements ResumePosition {}

    /** Where the user says: {@code --since}. */
    record SinceOption(String text) implements ResumePosition {
        private static final Pattern TIME = Pattern.compile("\\d+|(\\d+(ms|s|m|h|d))+");
        private static final List<String> POINTS = List.of("none", "latest", "all");

        /** Whether that is a time, which may be longer ago than what the hub has. */
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

    /** Some time ago, when the connection broke before a first message had told an id. */
    record SinceDisconnect(Duration time) implements ResumePosition {
        @Override
        public URI applyTo(ChannelUrl stream) {
            return stream.with("since", Durations.format(Duration.ofSeconds(time.toSeconds() + 1)));
        }

        @Override
        public boolean requiresRecovery() {
            return true;
        }
    }

    /** Right after the last message that came. */
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
