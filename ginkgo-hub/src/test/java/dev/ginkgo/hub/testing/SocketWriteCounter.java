package dev.ginkgo.hub.testing;

import dev.ginkgo.hub.HubAccess;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between each connection of a front and its socket, and counts what goes to the socket: a flush of all that was
 * written before it is one call of {@code write} or {@code writev}.
 */
public final class SocketWriteCounter {
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
    public static SocketWriteCounter of(TestHub testHub) {
        SocketWriteCounter counter = new SocketWriteCounter();
        for (Channel each : HubAccess.http(testHub.hub()).openConnections()) {
            each.eventLoop()
                    .submit(() -> each.pipeline().addFirst(counter.new Counting()))
                    .syncUninterruptibly();
        }
        return counter;
    }

    public long count() {
        return writes.get();
    }
}
