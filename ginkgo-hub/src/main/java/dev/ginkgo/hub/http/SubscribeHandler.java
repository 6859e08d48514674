package dev.ginkgo.hub.http;

import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.delivery.StreamAttacher;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.HttpConnection;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.ResponseSerializer;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.http.site.LiveViewPage;
import dev.ginkgo.hub.http.websocket.WebSocketHandshake;
import dev.ginkgo.hub.http.websocket.WebSocketInput;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** {@code GET /channel}: makes a stream of the connection, in the form that was asked for, or shows the page. */
final class SubscribeHandler {
    private final StreamAttacher streams;
    private final StreamRegistry open;
    private final BooleanSupplier stopping;
    private final LiveViewPage page = LiveViewPage.load();

    SubscribeHandler(StreamAttacher streams, StreamRegistry open, BooleanSupplier stopping) {
        this.streams = streams;
        this.open = open;
        this.stopping = stopping;
    }

    void begin(Exchange exchange, RequestTarget target) throws ProblemException {
        SubscribeRequest wish = SubscribeRequestParser.of(exchange.request().headers(), target);
        ContentNegotiation.Representation form = ContentNegotiation.choose(
                exchange.request().headers(), target.parameters().get("as"));
        Duration poll = SubscribeRequestParser.poll(target);
        if (poll != null && form == ContentNegotiation.Representation.WEBSOCKET) {
            throw new ProblemException(ProblemType.BAD_PARAMETER, "\"poll\" has no meaning for a WebSocket");
        }
        exchange.then(null, done -> serve(done, wish, form, poll));
    }

    private void serve(Exchange exchange, SubscribeRequest wish, ContentNegotiation.Representation form, @Nullable Duration poll) throws ProblemException {
        if (form == ContentNegotiation.Representation.PAGE) {
            exchange.answer(page());
        } else if (exchange.isHead()) {
            exchange.answer(form == ContentNegotiation.Representation.WEBSOCKET ? Responses.noContent() : head(form));
        } else {
            requireStream(exchange, wish);
            if (poll == null) {
                stream(exchange, wish, form);
            } else {
                poll(exchange, wish, form, poll);
            }
        }
    }

    private void requireStream(Exchange exchange, SubscribeRequest wish) throws ProblemException {
        if (stopping.getAsBoolean()) {
            throw ProblemException.stopping("the hub stops");
        }
        if (!exchange.request().protocolVersion().isKeepAliveDefault()) {
            throw new ProblemException(
                            ProblemType.HTTP_VERSION,
                            "a stream needs HTTP/1.1; a proxy has to speak it too (nginx: proxy_http_version 1.1)")
                    .last();
        }
        open.requireRoom(wish.selector());
    }

    private void stream(Exchange exchange, SubscribeRequest wish, ContentNegotiation.Representation form) throws ProblemException {
        FullHttpResponse head = form == ContentNegotiation.Representation.WEBSOCKET ? WebSocketHandshake.answer(exchange.request()) : head(form);
        if (form != ContentNegotiation.Representation.WEBSOCKET) {
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
        exchange.decorate(head);
        exchange.conversation().stamp(head);
        HttpConnection conversation = exchange.conversation();
        Channel connection = conversation.channel();
        DeferredHead opening = new DeferredHead(ResponseSerializer.bytes(head));
        conversation.becomeStream();
        connection.pipeline().addLast(opening).addLast(inputs(form));
        try {
            WireFormat framing = framing(form);
            open.add(wish.selector(), framing, connection, streams.attach(connection, wish, framing));
            opening.write();
            connection.flush();
        } catch (HubRejectedException e) {
            opening.forget();
            refuse(conversation, e);
        }
    }

    private void poll(Exchange exchange, SubscribeRequest wish, ContentNegotiation.Representation form, Duration wait) {
        HttpConnection conversation = exchange.conversation();
        Channel connection = conversation.channel();
        FullHttpResponse head = head(form);
        head.headers()
                .set(HttpHeaderNames.TRANSFER_ENCODING, "chunked")
                .set(HttpHeaderNames.CONNECTION, "close")
                .set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, SubscribeRequestParser.LAST_EVENT_ID);
        exchange.decorate(head);
        conversation.becomeStream();
        connection.pipeline().addLast(inputs(form));
        try {
            WireFormat framing = framing(form);
            open.add(wish.selector(), framing, connection, streams.poll(connection, wish, framing, wait, id -> {
                conversation.stamp(head);
                head.headers().set(SubscribeRequestParser.LAST_EVENT_ID, id);
                return ResponseSerializer.bytes(head);
            }));
        } catch (HubRejectedException e) {
            refuse(conversation, e);
        }
    }

    private static void refuse(HttpConnection conversation, HubRejectedException refused) {
        DisconnectReason.REFUSED.mark(conversation.channel());
        FullHttpResponse response = Responses.problem(PublishHandler.refusal(refused));
        response.headers().set(HttpHeaderNames.CONNECTION, "close");
        conversation.stamp(response);
        var _ = conversation.channel().writeAndFlush(ResponseSerializer.bytes(response)).addListener(ChannelFutureListener.CLOSE);
    }

    private static ChannelHandler[] inputs(ContentNegotiation.Representation form) {
        return form == ContentNegotiation.Representation.WEBSOCKET
                ? new ChannelHandler[] {WebSocketInput.decoder(), new WebSocketInput()}
                : new ChannelHandler[] {new StreamInputDiscarder()};
    }

    private FullHttpResponse page() {
        FullHttpResponse response = Responses.of(HttpResponseStatus.OK, "text/html; charset=utf-8", page.html());
        response.headers()
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, page.policy())
                .set("Referrer-Policy", "no-referrer")
                .set(HttpHeaderNames.VARY, "Accept");
        return response;
    }

    private static FullHttpResponse head(ContentNegotiation.Representation form) {
        return Responses.stream(
                switch (form) {
                    case LINES -> "text/plain; charset=utf-8";
                    case SSE -> "text/event-stream";
                    case NDJSON -> "application/x-ndjson";
                    case PAGE, WEBSOCKET -> throw new IllegalArgumentException(form + " has no media type");
                });
    }

    private static WireFormat framing(ContentNegotiation.Representation form) {
        return switch (form) {
            case LINES -> WireFormat.LINES;
            case SSE -> WireFormat.SSE;
            case NDJSON -> WireFormat.NDJSON;
            case WEBSOCKET -> WireFormat.WEBSOCKET;
            case PAGE -> throw new IllegalArgumentException("the page is no stream");
        };
    }
}
