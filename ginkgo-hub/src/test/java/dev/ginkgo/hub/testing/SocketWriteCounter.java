package dev.ginkgo.hub;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between each connection of a front and its socket, and counts what goes to the socket: a flush of all that was
 * written before it is one call of {@code write} or {@code writev}.
 */
final class SocketWrites {
    private final AtomicLong writes = new AtomicLong();

    private final class Counting extends ChannelOutboundHandlerAdapter {
        private boolean pending;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            pending = true;
            var _ = context.write(message, promise);
        }

        @Override
        public void flush(ChannelHandlerContext context) {
            if (pending) {
                pending = false;
                writes.incrementAndGet();
            }
            context.flush();
        }
    }

    /** Counts from now on, on all connections that there are. */
    static SocketWrites of(Front front) {
        SocketWrites counter = new SocketWrites();
        for (Channel each : HubAccess.http(front.hub()).channels()) {
            each.eventLoop()
                    .submit(() -> each.pipeline().addFirst(counter.new Counting()))
                    .syncUninterruptibly();
        }
        return counter;
    }

    long count() {
        return writes.get();
    }
}
