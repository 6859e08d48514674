package dev.ginkgo.hub.connection;

import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Discards what a client sends on a stream. The connection is read nevertheless, because only a read detects that the
 * client has closed it or shut down its sending side, either of which ends the stream. All streams share one handler.
 */
@ChannelHandler.Sharable
public final class StreamInputDiscarder extends ChannelInboundHandlerAdapter {
    public static final StreamInputDiscarder INSTANCE = new StreamInputDiscarder();

    private static final Logger LOG = LoggerFactory.getLogger(StreamInputDiscarder.class);

    private StreamInputDiscarder() {}

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("stream of {} closed by an exception", context.channel().remoteAddress(), cause);
        DisconnectReason.mark(context.channel(), cause);
        var _ = context.close();
    }
}
