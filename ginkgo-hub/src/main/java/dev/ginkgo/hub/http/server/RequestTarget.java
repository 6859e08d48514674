package dev.ginkgo.hub.http.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Target in the request line (RFC 9112, section 3.2).
 *
 * @param authority host and port if the target is in absolute form; it then takes precedence over the {@code Host} header
 * @param path path as received, percent-encoded
 * @param parameters query parameters, decoded; a repeated name is rejected
 */
public record RequestTarget(@Nullable String authority, String path, Map<String, String> parameters) {
    private static final List<String> SCHEMES = List.of("http://", "https://");

    /** Parses a request target. */
    public static RequestTarget of(String text) throws ProblemException {
        if (!text.startsWith("/")) {
            for (String scheme : SCHEMES) {
                if (text.regionMatches(true, 0, scheme, 0, scheme.length())) {
                    int end = endOfAuthority(text, scheme.length());
                    String rest = text.startsWith("/", end) ? text.substring(end) : "/" + text.substring(end);
                    return ofPath(text.substring(scheme.length(), end), rest);
                }
            }
        }
        return ofPath(null, text);
    }

    private static RequestTarget ofPath(@Nullable String authority, String rest) throws ProblemException {
        if (rest.equals("*")) {
            return new RequestTarget(authority, rest, Map.of());
        }
        if (!rest.startsWith("/")) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST, "the request target must be a path that begins with \"/\"");
        }
        if (!isVisible(rest)) {
            throw new ProblemException(
                            ProblemType.BAD_REQUEST,
                            "the request target must consist of visible ASCII characters without \"#\"; percent-encode others")
                    .closingConnection();
        }
        int query = rest.indexOf('?');
        String path = query < 0 ? rest : rest.substring(0, query);
        if (path.indexOf('\\') >= 0) {
            throw new ProblemException(
                            ProblemType.BAD_REQUEST,
                            "the path contains a backslash, which some implementations take for a slash; percent-encode it")
                    .closingConnection();
        }
        return new RequestTarget(authority, path, query < 0 ? Map.of() : parameters(rest.substring(query + 1)));
    }

    /** Rejects a query with any other parameter, which would otherwise be ignored silently. */
    public void requireParametersIn(Set<String> names) throws ProblemException {
        if (parameters.isEmpty()) {
            return;
        }
        for (String name : parameters.keySet()) {
            if (!names.contains(name)) {
                throw new ProblemException(
                        ProblemType.BAD_PARAMETER,
                        "unknown parameter \"" + name + "\""
                                + (names.isEmpty()
                                        ? "; none is supported here"
                                        : "; known here: " + String.join(", ", names)));
            }
        }
    }

    /** Returns whether this is one of the hub's own pages, and not a channel. */
    public boolean isReserved() {
        return path.equals("/-") || path.startsWith("/-/");
    }

    private static boolean isVisible(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                return false;
            }
        }
        return true;
    }

    private static int endOfAuthority(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == '/' || text.charAt(i) == '?') {
                return i;
            }
        }
        return text.length();
    }

    private static Map<String, String> parameters(String query) throws ProblemException {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
            if (parameters.put(name, value) != null) {
                throw new ProblemException(ProblemType.BAD_PARAMETER, "the parameter \"" + name + "\" is repeated");
            }
        }
        return parameters;
    }

    private static String decoded(String text) throws ProblemException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    ProblemType.BAD_PARAMETER, "the query has invalid percent-encoding: \"" + text + "\"");
        }
    }
}
