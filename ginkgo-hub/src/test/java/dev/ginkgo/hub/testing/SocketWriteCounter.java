package dev.ginkgo.hub.testing;

import dev.ginkgo.hub.HubAccess;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the writes to the sockets of all connections of a hub. A flush of everything written before it is one call of
 * {@code write} or {@code writev}.
 */
public final class SocketWriteCounter {
    private final AtomicLong writes = new AtomicLong();

    private final class CountingHandler extends ChannelOutboundHandlerAdapter {
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

    /** Starts to count, on the connections that are open now. */
    public static SocketWriteCounter of(TestHub testHub) {
        SocketWriteCounter counter = new SocketWriteCounter();
        for (Channel each : HubAccess.http(testHub.hub()).openConnections()) {
            each.eventLoop()
                    .submit(() -> each.pipeline().addFirst(counter.new CountingHandler()))
                    .syncUninterruptibly();
        }
        return counter;
    }

    public long count() {
        return writes.get();
    }
}
