package dev.ginkgo.hub.http.server;

import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Connection before its first request: a handler that waits for what precedes HTTP, and is removed when that is complete.
 * It must be complete within {@code http.request-timeout}. Event loop only.
 */
public abstract class UnservedConnection extends ChannelInboundHandlerAdapter implements ManagedConnection {
    protected final Channel channel;
    private final ConnectionDeadline deadline;
    private final Runnable onEnd;

    /**
     * Starts the deadline.
     *
     * @param onEnd called when this handler is removed or the connection is closed
     */
    protected UnservedConnection(Channel channel, ConnectionDeadline deadline, Runnable onEnd) {
        this.channel = channel;
        this.deadline = deadline;
        this.onEnd = onEnd;
        deadline.start(ConnectionDeadline.Kind.REQUEST);
    }

    /** Closes the connection, which is served no more. */
    protected abstract void close(DisconnectReason reason);

    /** Releases what waits for the connection. Called when this handler is removed or the connection is closed. */
    protected void release() {}

    @Override
    public final void channelInactive(ChannelHandlerContext context) {
        end();
    }

    @Override
    public final void handlerRemoved(ChannelHandlerContext context) {
        end();
    }

    private void end() {
        deadline.clear();
        release();
        onEnd.run();
    }

    @Override
    public final Channel channel() {
        return channel;
    }

    @Override
    public final boolean isExpired() {
        return deadline.isExpired();
    }

    @Override
    public final void closeIfExpired() {
        if (deadline.isExpired()) {
            close(DisconnectReason.REQUEST_TIMEOUT);
        }
    }

    @Override
    public final void drain() {
        close(DisconnectReason.STOPPING);
    }
}
