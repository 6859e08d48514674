package dev.ginkgo.hub.admin;

import dev.ginkgo.hub.http.RouteFactory;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HostPort;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.RequestValidator;
import dev.ginkgo.hub.log.ChannelListing;
import dev.ginkgo.hub.metrics.MetricsSnapshot;
import dev.ginkgo.hub.net.ClientNetwork;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.time.TimeSource;
import io.netty.handler.codec.http.HttpMethod;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Serves the hub's own pages, below {@code /-/}: health to every client, the others to clients on this machine only. */
public final class AdminRouter implements HttpRoute {
    private static final List<String> PROXY_HEADERS =
            List.of("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP");

    /** Values of {@code Sec-Fetch-Site} for requests of the hub's own pages, and of the user. */
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    /**
     * A page.
     *
     * @param isPublic whether clients on other machines may request it
     * @param parameters names of the query parameters it accepts
     * @param handler called when the request is complete
     */
    record Endpoint(boolean isPublic, Set<String> parameters, EndpointHandler handler) {}

    /** Serves a complete request for a page. */
    @FunctionalInterface
    interface EndpointHandler {
        void handle(Exchange exchange, RequestTarget requestTarget) throws ProblemException;
    }

    private final Map<String, Endpoint> endpoints;

    /** Returns the router for all of the hub's own pages. */
    public static AdminRouter of(
            RouteFactory.Context context,
            Supplier<MetricsSnapshot> metricsSnapshots,
            Supplier<Status> tree,
            IntFunction<ChannelListing> channels,
            TimeSource timeSource) {
        Map<String, Endpoint> endpoints = new HashMap<>();
        endpoints.putAll(new HealthEndpoints(() -> tree.get().notReady(), context.draining()).endpoints());
        endpoints.putAll(
                new AdminEndpoints(metricsSnapshots, tree, channels, context.streams(), timeSource, context.tasks())
                        .endpoints());
        return new AdminRouter(endpoints);
    }

    AdminRouter(Map<String, Endpoint> endpoints) {
        this.endpoints = new TreeMap<>(endpoints);
    }

    @Override
    public boolean matches(HttpMethod method, RequestTarget requestTarget) {
        return requestTarget.isReserved();
    }

    @Override
    public void begin(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        Endpoint endpoint = endpoints.get(requestTarget.path());
        if (endpoint == null) {
            String known = endpoints.keySet().stream().collect(Collectors.joining(", "));
            throw new ProblemException(
                    ProblemType.NOT_FOUND, "there is no page " + requestTarget.path() + "; the pages are " + known);
        }
        HttpMethod method = exchange.request().method();
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            throw ProblemException.methodNotAllowed(method, "GET, HEAD, OPTIONS");
        }
        rejectForeignPage(exchange);
        if (!endpoint.isPublic) {
            requireLocalClient(exchange, requestTarget);
        }
        requestTarget.requireParametersIn(endpoint.parameters);
        exchange.onComplete(null, done -> endpoint.handler.handle(done, requestTarget));
    }

    /**
     * Rejects a request that a browser sends for a page of another site. An {@code <img>} or a {@code <script>} sends no
     * {@code Origin}; current browsers send {@code Sec-Fetch-Site} with every request to a trustworthy host, such as
     * localhost.
     */
    private static void rejectForeignPage(Exchange exchange) throws ProblemException {
        List<String> sites = exchange.request().headers().getAll("Sec-Fetch-Site");
        if (!exchange.isCrossOrigin() && !OWN_SITES.containsAll(sites)) {
            throw new ProblemException(
                    ProblemType.FOREIGN_ORIGIN,
                    "pages of other sites may not request the hub's own pages (Sec-Fetch-Site: "
                            + String.join(", ", sites) + ")");
        }
    }

    /**
     * Rejects a request that does not come directly from this machine. The connection and the {@code Host} must be
     * loopback, and there must be neither a foreign origin nor a header of a proxy: a proxy on this machine is local, but
     * its clients are not.
     */
    private static void requireLocalClient(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        HostPort host = HostPort.of(RequestValidator.host(exchange.request(), requestTarget), -1);
        boolean local = ClientNetwork.isLoopback(exchange.connection().channel().remoteAddress())
                && host != null
                && host.isLoopback()
                && !exchange.isCrossOrigin()
                && PROXY_HEADERS.stream()
                        .noneMatch(name -> exchange.request().headers().contains(name));
        if (!local) {
            throw new ProblemException(
                    ProblemType.LOOPBACK_ONLY,
                    "this page is served only to clients on the hub's own machine that connect directly to localhost");
        }
    }
}
