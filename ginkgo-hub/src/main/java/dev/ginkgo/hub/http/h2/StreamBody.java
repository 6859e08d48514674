package dev.ginkgo.hub.http.h2;

import dev.ginkgo.hub.http.server.DateHeader;
import dev.ginkgo.hub.http.server.StreamOutput;
import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.HttpConversionUtil;
import io.netty.util.ReferenceCountUtil;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Makes a stream of HTTP/2 look like a socket: buffers that are written become DATA frames, and received ones become buffers.
 * A close after everything has been sent ends the stream; any other resets it. Event loop only.
 */
final class StreamBody extends ChannelDuplexHandler implements StreamOutput {
    /** Reasons to close a stream in the middle. */
    private static final Set<DisconnectReason> ABRUPT =
            EnumSet.of(DisconnectReason.STALLED, DisconnectReason.ERROR, DisconnectReason.REQUEST_TIMEOUT);

    /** Headers by which a server accepts what the client of a WebSocket offers. */
    private static final List<CharSequence> WEBSOCKET_HEADERS =
            List.of(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);

    private final Channel channel;
    private final DateHeader date;
    private boolean headWritten;
    private boolean ended;
    private boolean closing;

    StreamBody(Channel channel, DateHeader date) {
        this.channel = channel;
        this.date = date;
    }

    @Override
    public boolean framesBody() {
        return true;
    }

    @Override
    public Object head(FullHttpResponse response, boolean last) {
        try {
            return new DefaultHttp2HeadersFrame(headers(response, date), false);
        } finally {
            response.release();
        }
    }

    @Override
    public void endWith(FullHttpResponse response) {
        write(channel, response, date).addListener(ChannelFutureListener.CLOSE);
        ended = true;
        channel.flush();
    }

    /** Writes a complete response, and releases it. Returns the write of its last frame. */
    static ChannelFuture write(Channel channel, FullHttpResponse response, DateHeader date) {
        boolean hasBody = response.content().isReadable();
        ChannelFuture last = channel.write(new DefaultHttp2HeadersFrame(headers(response, date), !hasBody));
        if (!hasBody) {
            response.release();
            return last;
        }
        return channel.write(new DefaultHttp2DataFrame(response.content(), true));
    }

    static Http2Headers headers(FullHttpResponse response, DateHeader date) {
        if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            // RFC 8441: a WebSocket is accepted with 200, and without a key
            Http2Headers headers = new DefaultHttp2Headers()
                    .status(HttpResponseStatus.OK.codeAsText())
                    .set(HttpHeaderNames.DATE, date.get());
            for (CharSequence name : WEBSOCKET_HEADERS) {
                String value = response.headers().get(name);
                if (value != null) {
                    headers.set(name, value);
                }
            }
            return headers;
        }
        response.headers().set(HttpHeaderNames.DATE, date.get());
        return HttpConversionUtil.toHttp2Headers(response, true);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            // also an empty one: its promise is complete when what was written before it has been sent
            var _ = context.write(new DefaultHttp2DataFrame(bytes, false), promise);
            return;
        }
        if (message instanceof Http2HeadersFrame) {
            headWritten = true;
        }
        var _ = context.write(message, promise);
    }

    /** Closes the stream in a later task: the write that has just ended is not pending any more then. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (closing || ended || !headWritten || ABRUPT.contains(DisconnectReason.of(channel))) {
            var _ = context.close(promise);
            return;
        }
        closing = true;
        channel.eventLoop().execute(() -> end(context, promise));
    }

    private void end(ChannelHandlerContext context, ChannelPromise promise) {
        boolean allSent = channel.bytesBeforeUnwritable() > channel.config().getWriteBufferHighWaterMark();
        if (allSent) {
            ended = true;
            var _ = context.writeAndFlush(new DefaultHttp2DataFrame(true)).addListener(_ -> {
                var _ = context.close(promise);
            });
        } else {
            var _ = context.close(promise);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Http2DataFrame data) {
            boolean last = data.isEndStream();
            context.fireChannelRead(data.content());
            if (last) {
                var _ = channel.close();
            }
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof Http2Exception) {
            DisconnectReason.REFUSED.mark(channel); // the client has violated the protocol
        }
        context.fireExceptionCaught(cause);
    }
}
