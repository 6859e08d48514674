package dev.ginkgo.hub.http.h1;

import dev.ginkgo.hub.http.server.DateHeader;
import dev.ginkgo.hub.http.server.ResponseSerializer;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.http.server.StreamOutput;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.SslHandler;

/** Writes the responses of one connection, and ends it after the last one. Event loop only. */
final class ResponseWriter implements StreamOutput {
    private final Channel channel;
    private final DateHeader date;

    ResponseWriter(Channel channel, DateHeader date) {
        this.channel = channel;
        this.date = date;
    }

    private void addDateHeader(HttpResponse response) {
        response.headers().set(HttpHeaderNames.DATE, date.get());
    }

    /** @param keepAliveByDefault whether the client expects further responses without being told so */
    void write(FullHttpResponse response, boolean keepAliveByDefault) {
        Responses.addConnectionHeader(response, false, keepAliveByDefault);
        addDateHeader(response);
        var _ = channel.write(response, channel.voidPromise());
    }

    /** Writes the last response, and shuts down the sending side. */
    void writeLast(FullHttpResponse response) {
        Responses.addConnectionHeader(response, true, true);
        addDateHeader(response);
        var _ = channel.write(response).addListener((ChannelFutureListener) written -> {
            if (written.isSuccess()) {
                shutDownOutput();
            } else {
                var _ = channel.close();
            }
        });
    }

    /** Shuts down the sending side: after the closing alert, if the client uses TLS. */
    private void shutDownOutput() {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        ChannelFuture closing = tls == null ? channel.newSucceededFuture() : tls.closeOutbound();
        var _ = closing.addListener(_ -> {
            if (channel instanceof DuplexChannel duplex) {
                var _ = duplex.shutdownOutput();
            } else {
                var _ = channel.close();
            }
        });
    }

    @Override
    public boolean framesBody() {
        return false;
    }

    @Override
    public Object head(FullHttpResponse response, boolean last) {
        if (!response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        if (last) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        addDateHeader(response);
        return ResponseSerializer.serialize(response);
    }

    @Override
    public void endWith(FullHttpResponse response) {
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        addDateHeader(response);
        var _ = channel.writeAndFlush(ResponseSerializer.serialize(response)).addListener(ChannelFutureListener.CLOSE);
    }
}
