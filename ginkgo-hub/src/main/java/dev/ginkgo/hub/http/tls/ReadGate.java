package dev.ginkgo.hub.http.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;

/**
 * Stops reading from a connection while tasks of its handshake are running or wait for a thread. Otherwise {@code SslHandler},
 * which asks for more by itself during a handshake, would collect without limit what the client sends in the meantime. Precedes
 * that handler in the pipeline. Event loop only.
 */
final class ReadGate extends ChannelOutboundHandlerAdapter {
    private final Channel channel;
    private int tasks;
    private boolean removed;

    ReadGate(Channel channel) {
        this.channel = channel;
    }

    void taskStarted() {
        tasks++;
        channel.config().setAutoRead(false);
    }

    void taskEnded() {
        tasks--;
        if (tasks == 0 && !removed) {
            channel.config().setAutoRead(true);
        }
    }

    /** Ends the work of the gate, before another handler decides when the connection is read. */
    void remove() {
        removed = true;
        channel.pipeline().remove(this);
        channel.config().setAutoRead(true);
    }

    @Override
    public void read(ChannelHandlerContext context) {
        if (tasks == 0) {
            context.read();
        }
    }
}
