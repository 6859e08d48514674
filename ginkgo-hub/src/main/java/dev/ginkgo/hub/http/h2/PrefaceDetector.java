package dev.ginkgo.hub.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes a client that begins a connection without TLS with HTTP/2 (RFC 9113, section 3.3). Removes itself when the first
 * bytes have shown which version the client uses, so that it costs nothing after them. Event loop only.
 */
public final class PrefaceDetector extends ChannelInboundHandlerAdapter {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Runnable onPartial;
    private final Runnable onHttp2;
    private @Nullable ByteBuf received;

    /**
     * @param onPartial called when a part of the preface has been received
     * @param onHttp2 replaces the handlers of HTTP/1.1
     */
    public PrefaceDetector(Runnable onPartial, Runnable onHttp2) {
        this.onPartial = onPartial;
        this.onHttp2 = onHttp2;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            context.fireChannelRead(message);
            return;
        }
        ByteBuf all = received == null ? bytes : Unpooled.wrappedBuffer(received, bytes);
        received = null;
        if (!isPreface(all)) {
            context.pipeline().remove(this);
            context.fireChannelRead(all);
        } else if (all.readableBytes() < PREFACE.length) {
            received = all;
            onPartial.run();
        } else {
            ChannelPipeline pipeline = context.pipeline();
            pipeline.remove(this);
            onHttp2.run();
            pipeline.fireChannelRead(all);
        }
    }

    /** Returns whether the first bytes are those of the preface, or the beginning of it. */
    private static boolean isPreface(ByteBuf bytes) {
        int length = Math.min(PREFACE.length, bytes.readableBytes());
        for (int i = 0; i < length; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != PREFACE[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ByteBuf unused = received;
        if (unused != null) {
            received = null;
            unused.release();
        }
    }
}
