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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Parses requests to subscribe: of a {@code GET} its path, its query and the header {@code Last-Event-ID}; of a WebSocket the
 * members of its request.
 */
public final class SubscribeRequestParser {
    static final String LAST_EVENT_ID = "Last-Event-ID";

    /** Maximum number of names and patterns in one list. */
    static final int MAX_NAMES = 64;

    private static final Set<String> PARAMETERS =
            new LinkedHashSet<>(List.of("as", "ids", "since", "last_event_id", "conflate", "poll", "wait"));
    private static final Duration MIN_CONFLATION = Duration.ofMillis(100);
    private static final Duration MAX_CONFLATION = Duration.ofHours(1);
    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);
    private static final Duration MAX_WAIT = Duration.ofMinutes(5);

    private SubscribeRequestParser() {}

    static SubscribeRequest parse(HttpHeaders headers, RequestTarget requestTarget) throws ProblemException {
        requestTarget.requireParametersIn(PARAMETERS);
        ChannelSelector.Parsed parsed = selector(requestTarget.path(), ChannelSelector::parse);
        return new SubscribeRequest(
                parsed.selector(), since(headers, requestTarget), conflate(requestTarget), parsed.rejected());
    }

    /**
     * Parses the members of a request over a WebSocket.
     *
     * @param channels name, pattern or list, not percent-encoded
     * @param since where to start, or null
     * @param conflate period of conflation, or null
     */
    public static SubscribeRequest parse(String channels, @Nullable String since, @Nullable String conflate)
            throws ProblemException {
        ChannelSelector.Parsed parsed = selector(channels, ChannelSelector::parseText);
        Duration period =
                conflate == null ? Duration.ZERO : duration("conflate", conflate, MIN_CONFLATION, MAX_CONFLATION);
        return new SubscribeRequest(parsed.selector(), since(since), period, parsed.rejected());
    }

    private static ChannelSelector.Parsed selector(String text, Function<String, ChannelSelector.Parsed> parser)
            throws ProblemException {
        try {
            ChannelSelector.Parsed parsed = parser.apply(text);
            requireNames(parsed.selector().names().size() + parsed.rejected().size());
            return parsed;
        } catch (InvalidChannelException e) {
            throw new ProblemException(ProblemType.BAD_CHANNEL, String.valueOf(e.getMessage()));
        }
    }

    private static void requireNames(int names) throws ProblemException {
        if (names > MAX_NAMES) {
            throw new ProblemException(
                    ProblemType.TOO_MANY_NAMES,
                    "the list has " + names + " names, the maximum is " + MAX_NAMES
                            + "; subscribe to a pattern, or use several connections");
        }
    }

    /** The header takes precedence: a browser that reconnects sends it with the unchanged URL of the first request. */
    private static Since since(HttpHeaders headers, RequestTarget requestTarget) throws ProblemException {
        String header = headers.get(LAST_EVENT_ID);
        if (header != null && !header.isEmpty()) {
            return after(LAST_EVENT_ID, header);
        }
        String id = requestTarget.parameters().get("last_event_id");
        if (id != null && !id.isEmpty()) {
            return after("last_event_id", id);
        }
        return since(requestTarget.parameters().get("since"));
    }

    private static Since since(@Nullable String since) throws ProblemException {
        try {
            return since == null ? Since.Point.NONE : Since.parse(since);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(ProblemType.BAD_PARAMETER, String.valueOf(e.getMessage()));
        }
    }

    private static Since after(String source, String id) throws ProblemException {
        try {
            return new Since.After(id);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    ProblemType.BAD_PARAMETER,
                    source + ": " + e.getMessage()
                            + "; omit it, or use since=10m, since=1700000000 (Unix time in seconds), since=all, since=latest or"
                            + " since=none");
        }
    }

    /** Returns how long a long poll may wait; null if a stream is requested. */
    static @Nullable Duration poll(RequestTarget requestTarget) throws ProblemException {
        String poll = requestTarget.parameters().get("poll");
        if (poll == null) {
            if (requestTarget.parameters().containsKey("wait")) {
                throw new ProblemException(ProblemType.BAD_PARAMETER, "the parameter \"wait\" requires poll=1");
            }
            return null;
        }
        if (!poll.equals("1")) {
            throw new ProblemException(
                    ProblemType.BAD_PARAMETER, "poll=" + poll + " is invalid; the only valid value is 1");
        }
        return duration(requestTarget, "wait", DEFAULT_WAIT, Duration.ZERO, MAX_WAIT);
    }

    /** Returns whether the message ids are requested in a format that has none by default. */
    static boolean ids(RequestTarget requestTarget) throws ProblemException {
        String ids = requestTarget.parameters().get("ids");
        if (ids != null && !ids.equals("1")) {
            throw new ProblemException(
                    ProblemType.BAD_PARAMETER,
                    "ids=" + ids + " is invalid; the only valid value is 1. Use since= to resume after an id");
        }
        return ids != null;
    }

    private static Duration conflate(RequestTarget requestTarget) throws ProblemException {
        return duration(requestTarget, "conflate", null, MIN_CONFLATION, MAX_CONFLATION);
    }

    /** Parses a parameter that is a duration; without the parameter, {@code defaultValue}, or zero if that is null. */
    static Duration duration(
            RequestTarget requestTarget, String name, @Nullable Duration defaultValue, Duration min, Duration max)
            throws ProblemException {
        String text = requestTarget.parameters().get(name);
        if (text == null) {
            return defaultValue == null ? Duration.ZERO : defaultValue;
        }
        return duration(name, text, min, max);
    }

    private static Duration duration(String name, String text, Duration min, Duration max) throws ProblemException {
        try {
            Duration duration = Durations.parse(text);
            if (duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException _) {
            // reported below
        }
        throw new ProblemException(
                ProblemType.BAD_PARAMETER,
                name + "=" + text + " is not a duration from " + Durations.format(min) + " to " + Durations.format(max)
                        + ", such as 2s");
    }
}
