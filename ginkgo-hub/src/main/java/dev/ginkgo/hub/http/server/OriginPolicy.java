package dev.ginkgo.hub.http.server;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Rejects requests that a browser sends on behalf of a foreign page. {@code Origin} identifies a foreign page; {@code
 * Host} identifies a page that resolves its own host name to this machine (DNS rebinding). Every request is checked,
 * including a publish, because an HTML form can post plain text to any server without a preflight request.
 */
public final class OriginPolicy {
    private final Supplier<List<String>> allowedOrigins;
    private final Supplier<List<String>> allowedHosts;

    private volatile @Nullable Accepted lastAccepted;

    /** A host that has been accepted, which most requests have in common. */
    private record Accepted(String host, boolean loopback, List<String> listed) {
        @SuppressWarnings("ReferenceEquality") // a reload replaces the list
        boolean includes(String otherHost, boolean otherLoopback, List<String> otherListed) {
            return loopback == otherLoopback && listed == otherListed && host.equals(otherHost);
        }
    }

    public OriginPolicy(Supplier<List<String>> allowedOrigins, Supplier<List<String>> allowedHosts) {
        this.allowedOrigins = allowedOrigins;
        this.allowedHosts = allowedHosts;
    }

    /**
     * Checks a request.
     *
     * @param host {@code Host} of the request, with its port
     * @param origins values of all {@code Origin} headers of the request
     * @param loopback whether the client connected to a loopback address
     * @param tls whether the client uses TLS: then a page that was loaded without is foreign, because any machine on the network
     *     can replace it
     * @return the foreign origin that the configuration allows, which the response must name; null if the request is not
     *     of a foreign origin
     * @throws ProblemException if the request is rejected
     */
    public @Nullable String check(String host, List<String> origins, boolean loopback, boolean tls)
            throws ProblemException {
        checkHost(host, loopback);
        if (origins.isEmpty()) {
            return null;
        }
        String origin = origins.getFirst();
        if (origins.size() == 1 && isSame(origin, host, tls)) {
            return null;
        }
        if (origins.size() == 1 && allowedOrigins.get().stream().anyMatch(origin::equalsIgnoreCase)) {
            return origin;
        }
        throw new ProblemException(
                ProblemType.FOREIGN_ORIGIN,
                "pages of the origin " + origin
                        + " may not use this hub; to allow them, add the origin to http.allowed-origins");
    }

    private void checkHost(String host, boolean loopback) throws ProblemException {
        List<String> listed = allowedHosts.get();
        Accepted last = lastAccepted;
        if (last == null || !last.includes(host, loopback, listed)) {
            requireAllowed(host, loopback, listed);
            lastAccepted = new Accepted(host, loopback, listed);
        }
    }

    private static void requireAllowed(String host, boolean loopback, List<String> listed) throws ProblemException {
        HostPort requested = HostPort.of(host, -1);
        if (requested == null) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "the Host \"" + host + "\" is malformed")
                    .closingConnection();
        }
        if (!loopback && listed.isEmpty()) {
            return;
        }
        if (requested.isLoopback() || listed.stream().anyMatch(each -> requested.matches(HostPort.of(each, -1)))) {
            return;
        }
        throw new ProblemException(
                ProblemType.FOREIGN_HOST,
                host + " is not a host name of this hub; to allow it, add it to http.allowed-hosts");
    }

    /**
     * Returns whether an origin is the requested host itself. Without TLS the scheme may be https, because a proxy may have
     * removed it.
     */
    private static boolean isSame(String origin, String host, boolean tls) {
        String lower = origin.toLowerCase(Locale.ROOT);
        int defaultPort = lower.startsWith("https://") ? 443 : 80;
        if (!lower.startsWith("https://") && (tls || !lower.startsWith("http://"))) {
            return false; // such as "null", sent by a page without an origin
        }
        HostPort page = HostPort.of(origin.substring(lower.indexOf("//") + 2), defaultPort);
        return page != null && page.equals(HostPort.of(host, defaultPort));
    }

    /** Returns whether a text is a valid entry of {@code http.allowed-origins}. */
    public static boolean isOrigin(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return (lower.startsWith("http://") || lower.startsWith("https://"))
                && HostPort.of(text.substring(lower.indexOf("//") + 2), 0) != null;
    }

    /** Returns whether a text is a valid entry of {@code http.allowed-hosts}. */
    public static boolean isHost(String text) {
        return HostPort.of(text, -1) != null;
    }
}
