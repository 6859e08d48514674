package dev.ginkgo.hub.admin;

import dev.ginkgo.hub.http.RouteFactory;
import dev.ginkgo.hub.http.access.AccessRules;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.log.ChannelListing;
import dev.ginkgo.hub.metrics.MetricsSnapshot;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.time.TimeSource;
import io.netty.handler.codec.http.HttpMethod;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Serves the hub's own pages, below {@code /-/}: health to every client, the others to clients on this machine and to those
 * with the grant {@code admin}.
 */
public final class AdminRouter implements HttpRoute {
    /**
     * A page.
     *
     * @param isPublic whether clients on other machines may request it without a grant
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
        endpoints.putAll(new ApiDocuments(context.tasks()).endpoints());
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
        LocalAccess.rejectForeignPage(exchange);
        if (!endpoint.isPublic) {
            exchange.requireAccess(access -> AccessRules.requireOperator(access, exchange, requestTarget));
        }
        requestTarget.requireParametersIn(endpoint.parameters);
        exchange.onComplete(null, done -> endpoint.handler.handle(done, requestTarget));
    }
}
