package dev.ginkgo.hub.http;

import dev.ginkgo.config.Durations;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.message.InvalidChannelException;
import dev.ginkgo.hub.message.Since;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a {@code GET} asks for, by its path, its query and what the browser remembers. */
final class SubscribeRequestParser {
    static final String LAST_EVENT_ID = "Last-Event-ID";

    /** Names that one list may have. */
    static final int MAX_NAMES = 64;

    private static final Set<String> PARAMETERS =
            new LinkedHashSet<>(List.of("as", "since", "last_event_id", "conflate", "poll", "wait"));
    private static final Duration MIN_CONFLATION = Duration.ofMillis(100);
    private static final Duration MAX_CONFLATION = Duration.ofHours(1);
    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);
    private static final Duration MAX_WAIT = Duration.ofMinutes(5);

    private SubscribeRequestParser() {}

    static SubscribeRequest parse(HttpHeaders headers, RequestTarget requestTarget) throws ProblemException {
        requestTarget.requireParametersIn(PARAMETERS);
        ChannelSelector.Parsed parsed = selector(requestTarget);
        return new SubscribeRequest(
                parsed.selector(), since(headers, requestTarget), conflate(requestTarget), parsed.rejected());
    }

    private static ChannelSelector.Parsed selector(RequestTarget requestTarget) throws ProblemException {
        try {
            ChannelSelector.Parsed parsed = ChannelSelector.parse(requestTarget.path());
            int names = parsed.selector().names().size() + parsed.rejected().size();
            if (names > MAX_NAMES) {
                throw new ProblemException(
                        ProblemType.TOO_MANY_NAMES,
                        "a list may have " + MAX_NAMES + " names, this one has " + names
                                + "; read a pattern, or use several connections");
            }
            return parsed;
        } catch (InvalidChannelException e) {
            throw new ProblemException(ProblemType.BAD_CHANNEL, String.valueOf(e.getMessage()));
        }
    }

    /** The header counts first: a browser that comes back sends it with the address that it was given at first. */
    private static Since since(HttpHeaders headers, RequestTarget requestTarget) throws ProblemException {
        String remembered = headers.get(LAST_EVENT_ID);
        if (remembered != null && !remembered.isEmpty()) {
            return after(LAST_EVENT_ID, remembered);
        }
        String id = requestTarget.parameters().get("last_event_id");
        if (id != null && !id.isEmpty()) {
            return after("last_event_id", id);
        }
        String since = requestTarget.parameters().get("since");
        try {
            return since == null ? Since.Point.NONE : Since.parse(since);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(ProblemType.BAD_PARAMETER, String.valueOf(e.getMessage()));
        }
    }

    private static Since after(String where, String id) throws ProblemException {
        try {
            return new Since.After(id);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    ProblemType.BAD_PARAMETER,
                    where + ": " + e.getMessage()
                            + "; or leave it out, and say since=10m, since=1700000000 (seconds since 1970), since=all,"
                            + " since=latest or since=none");
        }
    }

    /** For how long one answer may wait; null if it is not one answer that is asked for, but a stream. */
    static @Nullable Duration poll(RequestTarget requestTarget) throws ProblemException {
        String poll = requestTarget.parameters().get("poll");
        if (poll == null) {
            if (requestTarget.parameters().containsKey("wait")) {
                throw new ProblemException(ProblemType.BAD_PARAMETER, "wait has a meaning only together with poll=1");
            }
            return null;
        }
        if (!poll.equals("1")) {
            throw new ProblemException(ProblemType.BAD_PARAMETER, "poll=" + poll + " is unknown; there is poll=1");
        }
        return duration(requestTarget, "wait", DEFAULT_WAIT, Duration.ZERO, MAX_WAIT);
    }

    private static Duration conflate(RequestTarget requestTarget) throws ProblemException {
        return duration(requestTarget, "conflate", null, MIN_CONFLATION, MAX_CONFLATION);
    }

    /** A parameter that is a time; zero if it is not there and nothing else is said. */
    static Duration duration(
            RequestTarget requestTarget, String name, @Nullable Duration absent, Duration least, Duration most)
            throws ProblemException {
        String text = requestTarget.parameters().get(name);
        if (text == null) {
            return absent == null ? Duration.ZERO : absent;
        }
        try {
            Duration duration = Durations.parse(text);
            if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException _) {
            // told below
        }
        throw new ProblemException(
                ProblemType.BAD_PARAMETER,
                name + "=" + text + " is no time from " + Durations.format(least) + " to " + Durations.format(most)
                        + ", such as 2s");
    }
}
