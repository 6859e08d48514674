package dev.ginkgo.hub;

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
final class Subscribing {
    private final Streams streams;
    private final OpenStreams open;
    private final BooleanSupplier stopping;
    private final TailPage page = TailPage.load();

    Subscribing(Streams streams, OpenStreams open, BooleanSupplier stopping) {
        this.streams = streams;
        this.open = open;
        this.stopping = stopping;
    }

    void begin(Exchange exchange, Target target) throws Refusal {
        Wish wish = Wishes.of(exchange.request().headers(), target);
        Negotiation.Form form = Negotiation.choose(
                exchange.request().headers(), target.parameters().get("as"));
        Duration poll = Wishes.poll(target);
        if (poll != null && form == Negotiation.Form.WEBSOCKET) {
            throw new Refusal(Problem.BAD_PARAMETER, "\"poll\" has no meaning for a WebSocket");
        }
        exchange.then(null, done -> serve(done, wish, form, poll));
    }

    private void serve(Exchange exchange, Wish wish, Negotiation.Form form, @Nullable Duration poll) throws Refusal {
        if (form == Negotiation.Form.PAGE) {
            exchange.answer(page());
        } else if (exchange.isHead()) {
            exchange.answer(form == Negotiation.Form.WEBSOCKET ? Reply.noContent() : head(form));
        } else {
            requireStream(exchange, wish);
            if (poll == null) {
                stream(exchange, wish, form);
            } else {
                poll(exchange, wish, form, poll);
            }
        }
    }

    private void requireStream(Exchange exchange, Wish wish) throws Refusal {
        if (stopping.getAsBoolean()) {
            throw Refusal.stopping("the hub stops");
        }
        if (!exchange.request().protocolVersion().isKeepAliveDefault()) {
            throw new Refusal(
                            Problem.HTTP_VERSION,
                            "a stream needs HTTP/1.1; a proxy has to speak it too (nginx: proxy_http_version 1.1)")
                    .last();
        }
        open.requireRoom(wish.selector());
    }

    private void stream(Exchange exchange, Wish wish, Negotiation.Form form) throws Refusal {
        FullHttpResponse head = form == Negotiation.Form.WEBSOCKET ? Handshake.answer(exchange.request()) : head(form);
        if (form != Negotiation.Form.WEBSOCKET) {
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
        exchange.decorate(head);
        exchange.conversation().stamp(head);
        Conversation conversation = exchange.conversation();
        Channel connection = conversation.channel();
        Opening opening = new Opening(Wire.bytes(head));
        conversation.becomeStream();
        connection.pipeline().addLast(opening).addLast(inputs(form));
        try {
            Framing framing = framing(form);
            open.add(wish.selector(), framing, connection, streams.attach(connection, wish, framing));
            opening.write();
            connection.flush();
        } catch (RefusedException e) {
            opening.forget();
            refuse(conversation, e);
        }
    }

    private void poll(Exchange exchange, Wish wish, Negotiation.Form form, Duration wait) {
        Conversation conversation = exchange.conversation();
        Channel connection = conversation.channel();
        FullHttpResponse head = head(form);
        head.headers()
                .set(HttpHeaderNames.TRANSFER_ENCODING, "chunked")
                .set(HttpHeaderNames.CONNECTION, "close")
                .set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, Wishes.LAST_EVENT_ID);
        exchange.decorate(head);
        conversation.becomeStream();
        connection.pipeline().addLast(inputs(form));
        try {
            Framing framing = framing(form);
            open.add(wish.selector(), framing, connection, streams.poll(connection, wish, framing, wait, id -> {
                conversation.stamp(head);
                head.headers().set(Wishes.LAST_EVENT_ID, id);
                return Wire.bytes(head);
            }));
        } catch (RefusedException e) {
            refuse(conversation, e);
        }
    }

    private static void refuse(Conversation conversation, RefusedException refused) {
        Disconnect.REFUSED.mark(conversation.channel());
        FullHttpResponse response = Reply.problem(Publishing.refusal(refused));
        response.headers().set(HttpHeaderNames.CONNECTION, "close");
        conversation.stamp(response);
        var _ = conversation.channel().writeAndFlush(Wire.bytes(response)).addListener(ChannelFutureListener.CLOSE);
    }

    private static ChannelHandler[] inputs(Negotiation.Form form) {
        return form == Negotiation.Form.WEBSOCKET
                ? new ChannelHandler[] {WebSocketInput.decoder(), new WebSocketInput()}
                : new ChannelHandler[] {new StreamInput()};
    }

    private FullHttpResponse page() {
        FullHttpResponse response = Reply.of(HttpResponseStatus.OK, "text/html; charset=utf-8", page.html());
        response.headers()
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, page.policy())
                .set("Referrer-Policy", "no-referrer")
                .set(HttpHeaderNames.VARY, "Accept");
        return response;
    }

    private static FullHttpResponse head(Negotiation.Form form) {
        return Reply.stream(
                switch (form) {
                    case LINES -> "text/plain; charset=utf-8";
                    case SSE -> "text/event-stream";
                    case NDJSON -> "application/x-ndjson";
                    case PAGE, WEBSOCKET -> throw new IllegalArgumentException(form + " has no media type");
                });
    }

    private static Framing framing(Negotiation.Form form) {
        return switch (form) {
            case LINES -> Framing.LINES;
            case SSE -> Framing.SSE;
            case NDJSON -> Framing.NDJSON;
            case WEBSOCKET -> Framing.WEBSOCKET;
            case PAGE -> throw new IllegalArgumentException("the page is no stream");
        };
    }
}
