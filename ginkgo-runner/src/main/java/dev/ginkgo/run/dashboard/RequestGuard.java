package dev.ginkgo.run.dashboard;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.ginkgo.config.Address;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Rejects requests that a web page of another site causes a browser to send, and those that come through a proxy.
 *
 * <ul>
 *   <li>The {@code Host} must be a loopback host: a page whose name an attacker's DNS server resolves to 127.0.0.1 (DNS
 *       rebinding) is of the same origin for the browser, but has a name of its own.
 *   <li>For samples and actions, {@code Sec-Fetch-Site}, which current browsers send to loopback hosts, must be {@code same-origin} or {@code none}.
 *   <li>For these, an {@code Origin} must be that of the {@code Host}.
 *   <li>An action needs the header {@value #ACTION_HEADER}, which a page of another site can send only after a preflight
 *       request, and the dashboard answers none.
 * </ul>
 */
final class RequestGuard {
    static final String ACTION_HEADER = "Ginkgo-Action";

    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");
    private static final List<String> PROXY_HEADERS =
            List.of("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP");

    private RequestGuard() {}

    /** Returns why a request is rejected; empty if it is allowed. */
    static Optional<String> problem(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        List<String> hosts = headers.getOrDefault("Host", List.of());
        if (hosts.size() != 1 || !isLoopback(hosts.getFirst())) {
            return Optional.of("the Host header must be localhost or a loopback address");
        }
        if (!exchange.getRemoteAddress().getAddress().isLoopbackAddress()
                || PROXY_HEADERS.stream().anyMatch(headers::containsKey)) {
            return Optional.of("the dashboard is served only to clients on its own machine that connect directly");
        }
        if (isPage(exchange.getRequestURI().getPath())) {
            return Optional.empty();
        }
        if (!OWN_SITES.containsAll(headers.getOrDefault("Sec-Fetch-Site", List.of()))
                || !List.of("http://" + hosts.getFirst()).containsAll(headers.getOrDefault("Origin", List.of()))) {
            return Optional.of("pages of other sites may not use the dashboard");
        }
        if (exchange.getRequestMethod().equals("POST") && !headers.containsKey(ACTION_HEADER)) {
            return Optional.of("an action needs the header " + ACTION_HEADER + ": 1");
        }
        return Optional.empty();
    }

    /** Returns whether a path is that of the page or of its files, to which any page may have a link. */
    private static boolean isPage(String path) {
        return path.equals("/") || path.startsWith(DashboardServer.FILES);
    }

    private static boolean isLoopback(String host) {
        try {
            return Address.of(host.matches(".*:\\d+") ? host : host + ":80").isLoopback();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
