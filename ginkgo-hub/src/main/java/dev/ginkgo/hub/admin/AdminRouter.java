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

/** The hub's own pages, below {@code /-/}. Health is open to all; the rest is for those who are on this machine. */
public final class AdminRouter implements HttpRoute {
    private static final List<String> PROXY_HEADERS =
            List.of("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP");

    /**
     * One page.
     *
     * @param isPublic whether anybody may see it
     * @param parameters of its query
     */
    record Endpoint(boolean isPublic, Set<String> parameters, EndpointHandler handler) {}

    /** What is done when the request for a page is there. */
    @FunctionalInterface
    interface EndpointHandler {
        void handle(Exchange exchange, RequestTarget requestTarget) throws ProblemException;
    }

    private final Map<String, Endpoint> endpoints;

    /** All of the hub's own pages. */
    public static AdminRouter of(
            RouteFactory.Context front,
            Supplier<MetricsSnapshot> readings,
            Supplier<Status> tree,
            IntFunction<ChannelListing> channels,
            TimeSource timeSource) {
        Map<String, Endpoint> pages = new HashMap<>();
        pages.putAll(new HealthEndpoints(() -> tree.get().notReady(), front.draining()).endpoints());
        pages.putAll(
                new AdminEndpoints(readings, tree, channels, front.streams(), timeSource, front.tasks()).endpoints());
        return new AdminRouter(pages);
    }

    AdminRouter(Map<String, Endpoint> pages) {
        this.endpoints = new TreeMap<>(pages);
    }

    @Override
    public boolean matches(HttpMethod method, RequestTarget requestTarget) {
        return requestTarget.isReserved();
    }

    @Override
    public void begin(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        Endpoint endpoint = endpoints.get(requestTarget.path());
        if (endpoint == null) {
            String there = endpoints.keySet().stream().collect(Collectors.joining(", "));
            throw new ProblemException(
                    ProblemType.NOT_FOUND, "there is no " + requestTarget.path() + "; there are " + there);
        }
        HttpMethod method = exchange.request().method();
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            throw ProblemException.methodNotAllowed(method, "GET, HEAD, OPTIONS");
        }
        if (!endpoint.isPublic) {
            requireLocalClient(exchange, requestTarget);
        }
        requestTarget.requireParametersIn(endpoint.parameters);
        exchange.onComplete(null, done -> endpoint.handler.handle(done, requestTarget));
    }

    /**
     * Who asks has to be on this machine and to call it by a loopback name, and nobody may ask on behalf of another: a
     * proxy on this machine is near, those behind it are not.
     */
    private static void requireLocalClient(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        HostPort asked = HostPort.of(RequestValidator.host(exchange.request(), requestTarget), -1);
        boolean near = exchange.connection().isRemoteAddressLoopback()
                && asked != null
                && asked.isLoopback()
                && !exchange.isCrossOrigin()
                && PROXY_HEADERS.stream()
                        .noneMatch(name -> exchange.request().headers().contains(name));
        if (!near) {
            throw new ProblemException(
                    ProblemType.LOOPBACK_ONLY,
                    "this page is for those who are on the machine of the hub, and ask it directly at localhost");
        }
    }
}
