package dev.ginkgo.hub;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** Decides from its head what a request is, and who serves it. Shared by all connections. */
final class Routes {
    private static final String METHODS = "GET, HEAD, POST, OPTIONS";

    private final Origins origins;
    private final Publishing publishing;
    private final Subscribing subscribing;
    private final Site site;
    private final Pages pages;
    private final DateHeader date;

    Routes(Origins origins, Publishing publishing, Subscribing subscribing, Site site, Pages pages, DateHeader date) {
        this.origins = origins;
        this.publishing = publishing;
        this.subscribing = subscribing;
        this.site = site;
        this.pages = pages;
        this.date = date;
    }

    /** The head of a request is there: refuses it, or says what is done when all of it is. */
    void begin(Exchange exchange) throws Refusal {
        HttpRequest request = exchange.request();
        requireVersion(request.protocolVersion());
        Requests.requireKnownTransfer(request);
        Target target = Target.of(request.uri());
        String host = Requests.host(request, target);
        exchange.allow(origins.check(
                host,
                request.headers().getAll(HttpHeaderNames.ORIGIN),
                exchange.conversation().isOnLoopback()));

        HttpMethod method = request.method();
        if (method.equals(HttpMethod.OPTIONS)) {
            exchange.then(null, Routes::options);
        } else if (site.serves(method, target)) {
            site.begin(exchange, target);
        } else if (target.isReserved()) {
            pages.begin(exchange, target, host);
        } else if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
            subscribing.begin(exchange, target);
        } else if (method.equals(HttpMethod.POST)) {
            publishing.begin(exchange, target);
            meetExpectation(exchange);
        } else {
            throw notAllowed(method, METHODS);
        }
    }

    /** RFC 9110, section 6.6.1. */
    void date(HttpResponse response) {
        response.headers().set(HttpHeaderNames.DATE, date.get());
    }

    static Refusal notAllowed(HttpMethod method, String allowed) {
        return new Refusal(
                        Problem.METHOD_NOT_ALLOWED,
                        method + " has no meaning here; there are " + allowed
                                + (allowed.contains("POST") ? ": POST publishes, GET reads" : ""))
                .with("Allow", allowed);
    }

    static ChannelName channel(Target target) throws Refusal {
        try {
            return ChannelName.parse(target.path());
        } catch (BadChannelException e) {
            throw new Refusal(Problem.BAD_CHANNEL, String.valueOf(e.getMessage()));
        }
    }

    private static void options(Exchange exchange) {
        FullHttpResponse response = Reply.noContent();
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

    private static void requireVersion(HttpVersion version) throws Refusal {
        if (!version.protocolName().equals("HTTP") || version.majorVersion() != 1) {
            throw new Refusal(Problem.HTTP_VERSION, "HTTP/1.1 is spoken here, not " + version).last();
        }
    }

    /** The body is welcome: a client that waits to hear it is told (RFC 9110, section 10.1.1). */
    private static void meetExpectation(Exchange exchange) throws Refusal {
        HttpRequest request = exchange.request();
        String expected = request.headers().get(HttpHeaderNames.EXPECT);
        if (expected == null || !request.protocolVersion().isKeepAliveDefault()) {
            return;
        }
        if (!HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expected)) {
            throw new Refusal(Problem.UNKNOWN_EXPECTATION, "the only expectation that is met is 100-continue");
        }
        exchange.conversation()
                .proceed(new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
}
