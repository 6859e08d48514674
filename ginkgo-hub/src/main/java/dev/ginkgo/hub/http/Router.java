package dev.ginkgo.hub.http;

import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.OriginPolicy;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestHandler;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.RequestValidator;
import dev.ginkgo.hub.http.server.Responses;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;

/** Decides from its head what a request is, and who serves it. Shared by all connections. */
final class Router implements RequestHandler {
    private static final String METHODS = "GET, HEAD, POST, OPTIONS";

    private final OriginPolicy origins;
    private final List<HttpRoute> routes;
    private final PublishHandler publishing;
    private final SubscribeHandler subscribing;

    /**
     * @param routes asked in this order; a request that none of them serves is for a channel
     */
    Router(OriginPolicy origins, List<HttpRoute> routes, PublishHandler publishing, SubscribeHandler subscribing) {
        this.origins = origins;
        this.routes = List.copyOf(routes);
        this.publishing = publishing;
        this.subscribing = subscribing;
    }

    @Override
    public void begin(Exchange exchange) throws ProblemException {
        HttpRequest request = exchange.request();
        requireVersion(request.protocolVersion());
        RequestValidator.requireKnownTransfer(request);
        RequestTarget target = RequestTarget.of(request.uri());
        String host = RequestValidator.host(request, target);
        exchange.allow(origins.check(
                host,
                request.headers().getAll(HttpHeaderNames.ORIGIN),
                exchange.conversation().isOnLoopback()));

        HttpMethod method = request.method();
        if (method.equals(HttpMethod.OPTIONS)) {
            exchange.then(null, Router::options);
            return;
        }
        for (HttpRoute route : routes) {
            if (route.matches(method, target)) {
                route.begin(exchange, target);
                return;
            }
        }
        beginOnChannel(exchange, method, target);
    }

    private void beginOnChannel(Exchange exchange, HttpMethod method, RequestTarget target) throws ProblemException {
        if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
            subscribing.begin(exchange, target);
        } else if (method.equals(HttpMethod.POST)) {
            publishing.begin(exchange, target);
            meetExpectation(exchange);
        } else {
            throw ProblemException.notAllowed(method, METHODS);
        }
    }

    private static void options(Exchange exchange) {
        FullHttpResponse response = Responses.noContent();
        response.headers().set(HttpHeaderNames.ALLOW, METHODS);
        if (exchange.request().headers().contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD)) {
            response.headers()
                    .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
                    .set(
                            HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS,
                            "Content-Type, Last-Event-ID, Cache-Control, Idempotency-Key")
                    .set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, 600);
        }
        exchange.answer(response);
    }

    private static void requireVersion(HttpVersion version) throws ProblemException {
        if (!version.protocolName().equals("HTTP") || version.majorVersion() != 1) {
            throw new ProblemException(ProblemType.HTTP_VERSION, "HTTP/1.1 is spoken here, not " + version).last();
        }
    }

    /** The body is welcome: a client that waits to hear it is told (RFC 9110, section 10.1.1). */
    private static void meetExpectation(Exchange exchange) throws ProblemException {
        HttpRequest request = exchange.request();
        String expected = request.headers().get(HttpHeaderNames.EXPECT);
        if (expected == null || !request.protocolVersion().isKeepAliveDefault()) {
            return;
        }
        if (!HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expected)) {
            throw new ProblemException(ProblemType.UNKNOWN_EXPECTATION, "the only expectation that is met is 100-continue");
        }
        exchange.conversation()
                .proceed(new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
}
