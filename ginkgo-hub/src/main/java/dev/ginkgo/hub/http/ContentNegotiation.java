package dev.ginkgo.hub.http;

import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Selects the representation for a {@code GET} of a channel: by an upgrade to WebSocket and by {@code ?as=}, else by
 * {@code Accept} (RFC 9110, section 12.5.1).
 *
 * <p>Among representations of equal quality the one with the more specific media range wins, then the first in the
 * order of {@link Representation}. So {@code curl} gets lines and a browser gets the page.
 */
final class ContentNegotiation {
    /** Available representations, in order of preference. */
    enum Representation {
        LINES("text/plain", "lines"),
        SSE("text/event-stream", "sse"),
        NDJSON("application/x-ndjson", "ndjson"),
        PAGE("text/html", null),
        LINES_WITH_IDS(null, null),
        WEBSOCKET(null, null),
        WEBSOCKET_NDJSON(null, null);

        private final @Nullable String type;
        private final @Nullable String name;

        Representation(@Nullable String type, @Nullable String name) {
            this.type = type;
            this.name = name;
        }

        boolean isWebSocket() {
            return this == WEBSOCKET || this == WEBSOCKET_NDJSON;
        }
    }

    private record MediaRange(String type, double quality) {
        /** Returns how specifically this range matches: 3 for the type, 2 for {@code text/*}, 1 for all types, 0 if not. */
        int specificity(String offered) {
            if (type.equals(offered)) {
                return 3;
            }
            if (type.endsWith("/*") && offered.startsWith(type.substring(0, type.length() - 1))) {
                return 2;
            }
            return type.equals("*/*") ? 1 : 0;
        }
    }

    private ContentNegotiation() {}

    /**
     * Returns the representation for a request.
     *
     * @param singleChannel whether a single channel is requested, not a pattern or a list
     */
    static Representation choose(HttpHeaders headers, RequestTarget requestTarget, boolean singleChannel)
            throws ProblemException {
        Map<String, String> parameters = requestTarget.parameters();
        String as = parameters.get("as");
        boolean ids = SubscribeRequestParser.ids(requestTarget);
        if (headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)
                && headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)) {
            return webSocket(as, ids);
        }
        Representation representation;
        if (as != null) {
            representation = byName(as);
        } else if (headers.containsValue("Sec-Fetch-Dest", "image", true)) {
            throw noImage();
        } else if (singleChannel && !ids && !parameters.containsKey("poll") && isEventSource(headers)) {
            representation = Representation.SSE;
        } else {
            representation = byAccept(headers.getAll(HttpHeaderNames.ACCEPT));
        }
        return ids && representation == Representation.LINES ? Representation.LINES_WITH_IDS : representation;
    }

    private static Representation webSocket(@Nullable String as, boolean ids) throws ProblemException {
        if ("ndjson".equals(as)) {
            return Representation.WEBSOCKET_NDJSON;
        }
        if (as != null && !as.equals("lines")) {
            throw new ProblemException(
                    ProblemType.BAD_PARAMETER,
                    "as=" + as + " does not apply to a WebSocket; valid values are lines and ndjson");
        }
        if (ids) {
            throw new ProblemException(
                    ProblemType.BAD_PARAMETER,
                    "the parameter \"ids\" does not apply to a WebSocket; use as=ndjson, which has ids");
        }
        return Representation.WEBSOCKET;
    }

    /**
     * Returns whether a request can only be that of a library for server-sent events in a browser, such as sse.js, that sets
     * no {@code Accept}: a script (Fetch Metadata) sends {@code Last-Event-ID}, which is defined for server-sent events
     * (HTML standard, section 9.2), and the default of the browser.
     */
    private static boolean isEventSource(HttpHeaders headers) {
        return !headers.get(SubscribeRequestParser.LAST_EVENT_ID, "").isEmpty()
                && headers.containsValue("Sec-Fetch-Dest", "empty", true)
                && headers.getAll(HttpHeaderNames.ACCEPT).equals(List.of("*/*"));
    }

    private static Representation byName(String name) throws ProblemException {
        for (Representation representation : Representation.values()) {
            if (name.equals(representation.name)) {
                return representation;
            }
        }
        throw new ProblemException(
                ProblemType.BAD_PARAMETER, "as=" + name + " is unknown; valid values are lines, sse and ndjson");
    }

    private static Representation byAccept(List<String> accept) throws ProblemException {
        List<MediaRange> ranges = ranges(String.join(",", accept));
        if (ranges.isEmpty()) {
            return Representation.LINES;
        }
        Representation best = null;
        double bestQuality = 0;
        int bestSpecificity = 0;
        for (Representation representation : Representation.values()) {
            if (representation.type == null) {
                continue;
            }
            int specificity = 0;
            double quality = 0;
            for (MediaRange mediaRange : ranges) {
                int match = mediaRange.specificity(representation.type);
                if (match > specificity) {
                    specificity = match;
                    quality = mediaRange.quality;
                }
            }
            if (quality > bestQuality || (quality > 0 && quality == bestQuality && specificity > bestSpecificity)) {
                best = representation;
                bestQuality = quality;
                bestSpecificity = specificity;
            }
        }
        if (best == null) {
            throw new ProblemException(
                    ProblemType.NOT_ACCEPTABLE,
                    "Accept allows none of the available types: text/plain (lines), text/event-stream,"
                            + " application/x-ndjson, text/html");
        }
        double quality = bestQuality;
        if (bestSpecificity == 1
                && ranges.stream().anyMatch(each -> each.type.startsWith("image/") && each.quality >= quality)) {
            throw noImage();
        }
        return best;
    }

    /**
     * Returns the rejection of a request for an image. Browsers request {@code /favicon.ico} by themselves; a stream would take
     * one of their few connections. They send {@code Sec-Fetch-Dest} to trustworthy hosts only; elsewhere their {@code Accept}
     * prefers images to anything else.
     */
    private static ProblemException noImage() {
        return new ProblemException(
                ProblemType.NOT_FOUND, "a channel is not an image; to subscribe, add as=lines, as=sse or as=ndjson");
    }

    private static List<MediaRange> ranges(String accept) {
        List<MediaRange> ranges = new ArrayList<>();
        for (String part : accept.split(",", -1)) {
            String[] fields = part.split(";", -1);
            String type = fields[0].strip().toLowerCase(Locale.ROOT);
            if (!type.isEmpty()) {
                ranges.add(new MediaRange(type, quality(fields)));
            }
        }
        return ranges;
    }

    private static double quality(String[] fields) {
        for (int i = 1; i < fields.length; i++) {
            String field = fields[i].strip();
            if (field.regionMatches(true, 0, "q=", 0, 2)) {
                try {
                    return Math.clamp(Double.parseDouble(field.substring(2)), 0, 1);
                } catch (NumberFormatException e) {
                    return 0; // a range with a malformed quality is ignored
                }
            }
        }
        return 1;
    }
}
