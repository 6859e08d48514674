package dev.ginkgo.hub.http.h1;

import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ConnectionSecurity;
import dev.ginkgo.hub.http.server.HttpConnection;
import dev.ginkgo.hub.http.server.ManagedConnection;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.net.ClientAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponse;
import java.net.InetAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Socket of an HTTP/1.1 connection: its client, its deadline, and its end. Event loop only. */
abstract class SocketHandler extends ChannelInboundHandlerAdapter implements HttpConnection, ManagedConnection {
    private static final Logger LOG = LoggerFactory.getLogger(SocketHandler.class);

    final Channel channel;
    final ConnectionDeadline deadline;
    private final InetAddress clientNetwork;
    private final ConnectionSecurity security;
    private Runnable onDetached = () -> {};

    SocketHandler(
            Channel channel, InetAddress clientNetwork, ConnectionSecurity security, ConnectionDeadline deadline) {
        this.channel = channel;
        this.clientNetwork = clientNetwork;
        this.security = security;
        this.deadline = deadline;
    }

    /** Sets a callback for when the connection is closed or becomes a stream. Called before it is added to a pipeline. */
    public void onDetached(Runnable callback) {
        onDetached = callback;
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public InetAddress clientNetwork() {
        return ClientAddress.network(channel, clientNetwork);
    }

    @Override
    public ConnectionSecurity security() {
        return security;
    }

    @Override
    public void sendContinue(HttpResponse informational) {
        var _ = channel.writeAndFlush(informational, channel.voidPromise());
    }

    @Override
    public boolean isExpired() {
        return deadline.isExpired();
    }

    /** Closes the connection without a response. */
    void closeFor(DisconnectReason reason) {
        reason.mark(channel);
        var _ = channel.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        deadline.clear();
        onDetached.run();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("connection of {} closed by an exception", channel.remoteAddress(), cause);
        DisconnectReason.mark(channel, cause);
        var _ = context.close();
    }
}
