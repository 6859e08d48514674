package dev.ginkgo.hub.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Delays the response head of a stream until the hub has accepted the subscription, so that a rejection can still be
 * answered with an error response. The first write to the connection sends the head before it.
 */
final class DeferredHead extends ChannelOutboundHandlerAdapter {
    private @Nullable Object head;
    private @Nullable ChannelHandlerContext context;

    DeferredHead(Object head) {
        this.head = head;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        write();
        var _ = context.write(message, promise);
    }

    /** Writes the head, unless it has been written already. */
    void write() {
        Object unwritten = head;
        ChannelHandlerContext current = context;
        if (unwritten != null && current != null) {
            head = null;
            var _ = current.write(unwritten);
            current.pipeline().remove(this);
        }
    }

    /** Releases the head without writing it: there will be no stream. */
    void discard() {
        Object unwritten = head;
        if (unwritten != null) {
            head = null;
            ReferenceCountUtil.release(unwritten);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        discard();
    }
}
