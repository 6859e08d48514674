package dev.ginkgo.hub.http.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * Closes a connection at once if its client does not read. {@code SslHandler} would wait until the client has read everything
 * before its closing alert. A client recognizes by the missing alert that something is missing.
 */
final class TlsCloser extends ChannelOutboundHandlerAdapter {
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        ChannelOutboundBuffer unread = context.channel().unsafe().outboundBuffer();
        if (unread != null && unread.totalPendingWriteBytes() > 0) {
            context.channel().unsafe().close(promise);
        } else {
            var _ = context.close(promise);
        }
    }
}
