package dev.ginkgo.hub.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Holds the head of a stream back until the hub has taken the reader: what refuses it can still be told as a problem.
 * Whatever is written first pushes the head out before it.
 */
final class DeferredHead extends ChannelOutboundHandlerAdapter {
    private @Nullable ByteBuf head;
    private @Nullable ChannelHandlerContext context;

    DeferredHead(ByteBuf head) {
        this.head = head;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void write(ChannelHandlerContext current, Object message, ChannelPromise promise) {
        write();
        var _ = current.write(message, promise);
    }

    /** Writes the head, if nothing has yet. */
    void write() {
        ByteBuf now = head;
        ChannelHandlerContext current = context;
        if (now != null && current != null) {
            head = null;
            var _ = current.write(now);
            current.pipeline().remove(this);
        }
    }

    /** There will be no stream. */
    void discard() {
        ByteBuf now = head;
        if (now != null) {
            head = null;
            now.release();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        discard();
    }
}
