package dev.ginkgo.hub;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Set;
import java.util.function.BooleanSupplier;

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
        target.allow(Set.of("as"));
        ChannelName channel = Routes.channel(target);
        Negotiation.Form form = Negotiation.choose(
                exchange.request().headers(), target.parameters().get("as"));
        exchange.then(null, done -> serve(done, channel, form));
    }

    private void serve(Exchange exchange, ChannelName channel, Negotiation.Form form) throws Refusal {
        if (form == Negotiation.Form.PAGE) {
            exchange.answer(page());
        } else if (exchange.isHead()) {
            exchange.answer(form == Negotiation.Form.WEBSOCKET ? Reply.noContent() : head(form));
        } else {
            stream(exchange, channel, form);
        }
    }

    private void stream(Exchange exchange, ChannelName channel, Negotiation.Form form) throws Refusal {
        if (stopping.getAsBoolean()) {
            throw Publishing.stopping("the hub stops");
        }
        if (!exchange.request().protocolVersion().isKeepAliveDefault()) {
            throw new Refusal(
                            Problem.HTTP_VERSION,
                            "a stream needs HTTP/1.1; a proxy has to speak it too (nginx: proxy_http_version 1.1)")
                    .last();
        }
        FullHttpResponse head = form == Negotiation.Form.WEBSOCKET ? Handshake.answer(exchange.request()) : head(form);
        open.requireRoom(channel);
        if (form != Negotiation.Form.WEBSOCKET) {
            head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
        exchange.decorate(head);
        exchange.conversation().stamp(head);
        attach(exchange.conversation(), channel, form, new Opening(Wire.bytes(head)));
    }

    private void attach(Conversation conversation, ChannelName name, Negotiation.Form form, Opening opening) {
        Channel connection = conversation.channel();
        ChannelPipeline pipeline = connection.pipeline();
        conversation.becomeStream();
        pipeline.addLast(opening);
        for (ChannelInboundHandler input : inputs(form)) {
            pipeline.addLast(input);
        }
        try {
            Framing framing = framing(form);
            open.add(name, framing, connection, streams.attach(connection, name, framing));
            opening.write();
            connection.flush();
        } catch (RefusedException e) {
            opening.forget();
            Disconnect.REFUSED.mark(connection);
            FullHttpResponse response = Reply.problem(Publishing.refusal(e));
            response.headers().set(HttpHeaderNames.CONNECTION, "close");
            conversation.stamp(response);
            var _ = connection.writeAndFlush(Wire.bytes(response)).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private static ChannelInboundHandler[] inputs(Negotiation.Form form) {
        return form == Negotiation.Form.WEBSOCKET
                ? new ChannelInboundHandler[] {WebSocketInput.decoder(), new WebSocketInput()}
                : new ChannelInboundHandler[] {new StreamInput()};
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
