package dev.ginkgo.hub.http.server;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps out what a browser sends on behalf of somebody else's page. A page from elsewhere names itself in {@code
 * Origin}; a page that has pointed its own name at this machine (DNS rebinding) is betrayed by {@code Host}. Both are
 * looked at for every request, a publish included: a form may post plain text anywhere without asking first.
 */
public final class OriginPolicy {
    private final Supplier<List<String>> allowedOrigins;
    private final Supplier<List<String>> allowedHosts;

    public OriginPolicy(Supplier<List<String>> allowedOrigins, Supplier<List<String>> allowedHosts) {
        this.allowedOrigins = allowedOrigins;
        this.allowedHosts = allowedHosts;
    }

    /**
     * Looks at one request.
     *
     * @param host the {@code Host} of the request, with its port
     * @param origins every {@code Origin} of the request
     * @param loopback whether it came in by a loopback address of this machine
     * @return the foreign origin that is allowed by the configuration, which the answer has to name; null if there is
     *     none
     */
    public @Nullable String check(String host, List<String> origins, boolean loopback) throws ProblemException {
        checkHost(host, loopback);
        if (origins.isEmpty()) {
            return null;
        }
        String origin = origins.getFirst();
        if (origins.size() == 1 && isSame(origin, host)) {
            return null;
        }
        if (origins.size() == 1 && allowedOrigins.get().stream().anyMatch(origin::equalsIgnoreCase)) {
            return origin;
        }
        throw new ProblemException(
                ProblemType.FOREIGN_ORIGIN,
                "a page of the origin " + origin
                        + " may not use this hub; if it should, list it in http.allowed-origins");
    }

    private void checkHost(String host, boolean loopback) throws ProblemException {
        HostPort asked = HostPort.of(host, -1);
        if (asked == null) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "\"" + host + "\" is not a host").closingConnection();
        }
        List<String> listed = allowedHosts.get();
        if (!loopback && listed.isEmpty()) {
            return;
        }
        if (asked.isLoopback() || listed.stream().anyMatch(each -> asked.matches(HostPort.of(each, -1)))) {
            return;
        }
        throw new ProblemException(
                ProblemType.FOREIGN_HOST,
                "this hub is not known as " + host + "; if it should be, list that in http.allowed-hosts");
    }

    /** Whether a page of this origin came from this very host; the scheme may have been changed by a proxy. */
    private static boolean isSame(String origin, String host) {
        String lower = origin.toLowerCase(Locale.ROOT);
        int defaultPort = lower.startsWith("https://") ? 443 : 80;
        if (!lower.startsWith("http://") && !lower.startsWith("https://")) {
            return false; // "null" among others: a page without an origin of its own
        }
        HostPort page = HostPort.of(origin.substring(lower.indexOf("//") + 2), defaultPort);
        return page != null && page.equals(HostPort.of(host, defaultPort));
    }

    /** Whether a text can stand in {@code http.allowed-origins}. */
    public static boolean isOrigin(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return (lower.startsWith("http://") || lower.startsWith("https://"))
                && HostPort.of(text.substring(lower.indexOf("//") + 2), 0) != null;
    }

    /** Whether a text can stand in {@code http.allowed-hosts}. */
    public static boolean isHost(String text) {
        return HostPort.of(text, -1) != null;
    }
}
