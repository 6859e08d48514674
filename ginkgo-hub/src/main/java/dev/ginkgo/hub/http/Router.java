package dev.ginkgo.hub.http;

import dev.ginkgo.hub.http.access.AccessRules;
import dev.ginkgo.hub.http.access.RequestAuthentication;
import dev.ginkgo.hub.http.compression.CompressionScope;
import dev.ginkgo.hub.http.proxy.TrustedProxies;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.OriginPolicy;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestHandler;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.RequestValidator;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.net.ClientNetwork;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Selects the handler of a request when its head has been received. Shared by all connections. */
final class Router implements RequestHandler {
    private static final String METHODS = "GET, HEAD, POST, OPTIONS";

    private final TrustedProxies trustedProxies;
    private final Supplier<CompressionScope> compression;
    private final OriginPolicy originPolicy;
    private final RequestAuthentication authentication;
    private final List<HttpRoute> routes;
    private final PublishHandler publishHandler;
    private final SubscribeHandler subscribeHandler;
    private final Supplier<Duration> strictTransport;

    /**
     * @param compression what is compressed for clients that accept it
     * @param routes tried in this order; a request that none of them matches is for a channel
     * @param strictTransport how long browsers shall use TLS only; zero to not say so
     */
    Router(
            TrustedProxies trustedProxies,
            Supplier<CompressionScope> compression,
            OriginPolicy originPolicy,
            RequestAuthentication authentication,
            List<HttpRoute> routes,
            PublishHandler publishHandler,
            SubscribeHandler subscribeHandler,
            Supplier<Duration> strictTransport) {
        this.trustedProxies = trustedProxies;
        this.compression = compression;
        this.originPolicy = originPolicy;
        this.authentication = authentication;
        this.routes = List.copyOf(routes);
        this.publishHandler = publishHandler;
        this.subscribeHandler = subscribeHandler;
        this.strictTransport = strictTransport;
    }

    @Override
    public void begin(Exchange exchange) throws ProblemException {
        HttpRequest request = exchange.request();
        exchange.setCompression(compression.get());
        if (trustedProxies.resolve(exchange.connection().channel(), request.headers())) {
            exchange.setForwarded();
        }
        long strictSeconds = strictTransport.get().toSeconds();
        if (strictSeconds > 0 && exchange.connection().isSecure()) {
            exchange.setStrictTransport("max-age=" + strictSeconds);
        }
        requireVersion(request.protocolVersion());
        RequestValidator.requireSupportedTransferEncoding(request);
        RequestTarget receivedTarget = RequestTarget.of(request.uri());
        String host = RequestValidator.host(request, receivedTarget);
        exchange.setAllowedOrigin(originPolicy.check(
                host,
                origins(request.headers()),
                ClientNetwork.isLoopback(exchange.connection().channel().localAddress()),
                exchange.connection().isSecure()));

        HttpMethod method = request.method();
        boolean options = method.equals(HttpMethod.OPTIONS);
        if (options && exchange.isCrossOrigin()) { // a preflight request never has credentials
            exchange.onComplete(null, Router::options);
            return;
        }
        RequestTarget requestTarget = authentication.authenticate(exchange, receivedTarget);
        exchange.requireAccess(access -> AccessRules.requireAdmission(access, exchange, requestTarget));
        if (options) {
            exchange.onComplete(null, Router::options);
            return;
        }
        try {
            route(exchange, method, requestTarget);
        } catch (ProblemException problem) {
            if (!isGetOrHead(method) || !exchange.isVerificationPending() || exchange.isBodyPending()) {
                throw problem;
            }
            // after the verification, because the problem can reveal which pages exist
            exchange.onComplete(null, _ -> {
                throw problem;
            });
        }
    }

    private static List<String> origins(HttpHeaders headers) {
        return headers.contains(HttpHeaderNames.ORIGIN) ? headers.getAll(HttpHeaderNames.ORIGIN) : List.of();
    }

    private void route(Exchange exchange, HttpMethod method, RequestTarget requestTarget) throws ProblemException {
        for (HttpRoute httpRoute : routes) {
            if (httpRoute.matches(method, requestTarget)) {
                httpRoute.begin(exchange, requestTarget);
                return;
            }
        }
        routeToChannel(exchange, method, requestTarget);
    }

    private void routeToChannel(Exchange exchange, HttpMethod method, RequestTarget requestTarget)
            throws ProblemException {
        if (isGetOrHead(method)) {
            subscribeHandler.begin(exchange, requestTarget);
        } else if (method.equals(HttpMethod.POST)) {
            publishHandler.begin(exchange, requestTarget);
            handleExpectContinue(exchange);
        } else {
            throw ProblemException.methodNotAllowed(method, METHODS);
        }
    }

    private static boolean isGetOrHead(HttpMethod method) {
        return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
    }

    private static void options(Exchange exchange) {
        FullHttpResponse response = Responses.noContent();
        response.headers().set(HttpHeaderNames.ALLOW, METHODS);
        if (exchange.request().headers().contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD)) {
            response.headers()
                    .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
                    .set(
                            HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS,
                            "Authorization, Content-Type, Last-Event-ID, Cache-Control, Idempotency-Key")
                    .set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, 600);
        }
        exchange.respond(response);
    }

    private static void requireVersion(HttpVersion version) throws ProblemException {
        if (!version.protocolName().equals("HTTP") || version.majorVersion() != 1) {
            throw new ProblemException(ProblemType.HTTP_VERSION, "the hub supports HTTP/1.1, not " + version)
                    .closingConnection();
        }
    }

    /** Sends {@code 100 Continue} if the client waits for it before it sends the body (RFC 9110, section 10.1.1). */
    private static void handleExpectContinue(Exchange exchange) throws ProblemException {
        HttpRequest request = exchange.request();
        String expected = request.headers().get(HttpHeaderNames.EXPECT);
        if (expected == null || !request.protocolVersion().isKeepAliveDefault()) {
            return;
        }
        if (!HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expected)) {
            throw new ProblemException(
                    ProblemType.UNKNOWN_EXPECTATION, "the only supported expectation is 100-continue");
        }
        exchange.connection()
                .sendContinue(new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
}
