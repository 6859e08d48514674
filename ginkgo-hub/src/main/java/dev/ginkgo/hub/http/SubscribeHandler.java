package dev.ginkgo.hub.http;

import dev.ginkgo.hub.access.Access;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.connection.StreamInputDiscarder;
import dev.ginkgo.hub.delivery.PatternQuota;
import dev.ginkgo.hub.delivery.StreamAttacher;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.http.access.AccessRules;
import dev.ginkgo.hub.http.compression.GzipContent;
import dev.ginkgo.hub.http.server.ConnectionLimiter;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.http.server.StreamOutput;
import dev.ginkgo.hub.http.site.LiveViewPage;
import dev.ginkgo.hub.http.websocket.WebSocketHandshake;
import dev.ginkgo.hub.http.websocket.WebSocketInput;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Serves {@code GET /channel}: as a stream in the requested representation, as a long poll, or with the page. */
final class SubscribeHandler {
    private final StreamAttacher streamAttacher;
    private final StreamRegistry registry;
    private final ConnectionLimiter connectionLimiter;
    private final PatternQuota<String> userPatterns;
    private final BooleanSupplier stopping;
    private final LiveViewPage page = LiveViewPage.load();

    SubscribeHandler(
            StreamAttacher streamAttacher,
            StreamRegistry registry,
            ConnectionLimiter connectionLimiter,
            PatternQuota<String> userPatterns,
            BooleanSupplier stopping) {
        this.streamAttacher = streamAttacher;
        this.registry = registry;
        this.connectionLimiter = connectionLimiter;
        this.userPatterns = userPatterns;
        this.stopping = stopping;
    }

    void begin(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        SubscribeRequest subscribeRequest =
                SubscribeRequestParser.parse(exchange.request().headers(), requestTarget);
        ContentNegotiation.Representation representation = ContentNegotiation.choose(
                exchange.request().headers(),
                requestTarget,
                subscribeRequest.selector().isChannel());
        Duration poll = SubscribeRequestParser.poll(requestTarget);
        if (poll != null && representation.isWebSocket()) {
            throw new ProblemException(
                    ProblemType.BAD_PARAMETER, "the parameter \"poll\" does not apply to a WebSocket");
        }
        exchange.onComplete(null, done -> {
            SubscribeRequest granted = AccessRules.subscribable(done.access(), subscribeRequest);
            serve(done, granted, representation, poll);
        });
    }

    private void serve(
            Exchange exchange,
            SubscribeRequest subscribeRequest,
            ContentNegotiation.Representation representation,
            @Nullable Duration poll)
            throws ProblemException {
        if (representation == ContentNegotiation.Representation.PAGE) {
            exchange.respond(page(exchange));
        } else if (exchange.isHead()) {
            exchange.respond(representation.isWebSocket() ? Responses.noContent() : head(exchange, representation));
        } else {
            requireStreamAllowed(exchange, subscribeRequest);
            if (poll == null) {
                stream(exchange, subscribeRequest, representation);
            } else {
                poll(exchange, subscribeRequest, representation, poll);
            }
        }
    }

    private void requireStreamAllowed(Exchange exchange, SubscribeRequest subscribeRequest) throws ProblemException {
        if (stopping.getAsBoolean()) {
            throw ProblemException.stopping("the hub is stopping");
        }
        if (!exchange.request().protocolVersion().isKeepAliveDefault()) {
            throw new ProblemException(
                            ProblemType.HTTP_VERSION,
                            "a stream needs HTTP/1.1, also between a proxy and the hub (nginx: proxy_http_version 1.1)")
                    .closingConnection();
        }
        registry.requireCapacity(subscribeRequest.selector());
        registry.requireCapacity(exchange.access());
    }

    private void stream(
            Exchange exchange, SubscribeRequest subscribeRequest, ContentNegotiation.Representation representation)
            throws ProblemException {
        FullHttpResponse head = representation.isWebSocket()
                ? WebSocketHandshake.response(
                        exchange.request(), exchange.compression().includesMessages())
                : head(exchange, representation);
        boolean compressed = isCompressed(head);
        exchange.addCommonHeaders(head);
        connectionLimiter.acquireStream(exchange);
        Channel connection = exchange.connection().channel();
        StreamOutput output = exchange.connection().detachForStream();
        DeferredHead deferredHead = new DeferredHead(output.head(head, false));
        connection.pipeline().addLast(deferredHead).addLast(inputHandlers(representation, compressed));
        try {
            countPattern(exchange.access(), connection, subscribeRequest);
            WireFormat wireFormat = wireFormat(representation, compressed, output);
            registry.add(
                    subscribeRequest.selector(),
                    wireFormat,
                    connection,
                    streamAttacher.attach(connection, subscribeRequest, wireFormat),
                    exchange.access());
            deferredHead.write();
            connection.flush();
        } catch (HubRejectedException e) {
            deferredHead.discard();
            reject(connection, output, e);
        }
    }

    private void poll(
            Exchange exchange,
            SubscribeRequest subscribeRequest,
            ContentNegotiation.Representation representation,
            Duration wait)
            throws ProblemException {
        connectionLimiter.acquireStream(exchange);
        Channel connection = exchange.connection().channel();
        FullHttpResponse head = head(exchange, representation);
        boolean compressed = isCompressed(head);
        head.headers().set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, SubscribeRequestParser.LAST_EVENT_ID);
        exchange.addCommonHeaders(head);
        StreamOutput output = exchange.connection().detachForStream();
        connection.pipeline().addLast(inputHandlers(representation, compressed));
        try {
            countPattern(exchange.access(), connection, subscribeRequest);
            WireFormat wireFormat = wireFormat(representation, compressed, output);
            registry.add(
                    subscribeRequest.selector(),
                    wireFormat,
                    connection,
                    streamAttacher.poll(connection, subscribeRequest, wireFormat, wait, id -> {
                        head.headers().set(SubscribeRequestParser.LAST_EVENT_ID, id);
                        return output.head(head, true);
                    }),
                    exchange.access());
        } catch (HubRejectedException e) {
            reject(connection, output, e);
        }
    }

    /** Counts the pattern of a user until the connection is closed, which it is if another limit is reached. */
    private void countPattern(Access access, Channel connection, SubscribeRequest subscribeRequest) {
        String user = access.user();
        if (user != null) {
            userPatterns.acquireUntilClosed(connection, user, subscribeRequest);
        }
    }

    private static void reject(Channel connection, StreamOutput output, HubRejectedException rejection) {
        DisconnectReason.REFUSED.mark(connection);
        output.endWith(Responses.problem(PublishService.problemOf(rejection)));
    }

    private static boolean isCompressed(FullHttpResponse head) {
        return head.headers().contains(HttpHeaderNames.CONTENT_ENCODING)
                || head.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
    }

    private static ChannelHandler[] inputHandlers(
            ContentNegotiation.Representation representation, boolean compressed) {
        return representation.isWebSocket()
                ? new ChannelHandler[] {WebSocketInput.decoder(compressed), new WebSocketInput()}
                : new ChannelHandler[] {StreamInputDiscarder.INSTANCE};
    }

    private FullHttpResponse page(Exchange exchange) {
        boolean compressed = exchange.compressesPages();
        FullHttpResponse response =
                Responses.of(HttpResponseStatus.OK, "text/html; charset=utf-8", compressed ? page.gzip() : page.html());
        response.headers()
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, page.policy())
                .set("Referrer-Policy", "no-referrer")
                .set(HttpHeaderNames.VARY, "Accept");
        GzipContent.addVary(response.headers());
        if (compressed) {
            GzipContent.markCompressed(response.headers());
        }
        return response;
    }

    private static FullHttpResponse head(Exchange exchange, ContentNegotiation.Representation representation) {
        return exchange.streamHead(
                switch (representation) {
                    case LINES, LINES_WITH_IDS -> "text/plain; charset=utf-8";
                    case SSE -> "text/event-stream";
                    case NDJSON -> "application/x-ndjson";
                    case PAGE, WEBSOCKET, WEBSOCKET_NDJSON ->
                        throw new IllegalArgumentException(representation + " has no media type");
                });
    }

    private static WireFormat wireFormat(
            ContentNegotiation.Representation representation, boolean compressed, StreamOutput output) {
        WireFormat wireFormat = switch (representation) {
            case LINES -> WireFormat.LINES;
            case LINES_WITH_IDS -> WireFormat.LINES_WITH_IDS;
            case SSE -> WireFormat.SSE;
            case NDJSON -> WireFormat.NDJSON;
            case WEBSOCKET -> WireFormat.WEBSOCKET;
            case WEBSOCKET_NDJSON -> WireFormat.WEBSOCKET_NDJSON;
            case PAGE -> throw new IllegalArgumentException("the page is not a stream");
        };
        WireFormat encoded = compressed ? wireFormat.compressed() : wireFormat;
        return output.framesBody() ? encoded.withoutChunks() : encoded;
    }
}
