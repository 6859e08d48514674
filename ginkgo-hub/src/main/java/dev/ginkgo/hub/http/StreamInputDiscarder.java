package dev.ginkgo.hub.http;

import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes in on a connection that has become a stream: nothing that matters. It is read all the same, so that the
 * end of the connection is noticed when it comes; a client that shuts its side has left.
 */
final class StreamInputDiscarder extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(StreamInputDiscarder.class);

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("stream {} ended by", context.channel().remoteAddress(), cause);
        DisconnectReason.mark(context.channel(), cause);
        var _ = context.close();
    }
}
