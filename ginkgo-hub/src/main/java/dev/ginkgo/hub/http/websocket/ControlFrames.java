package dev.ginkgo.hub.http.websocket;

import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.ssl.SslHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes pongs and close frames to a channel that has no WebSocket encoder. Event loop only. */
public final class ControlFrames {
    private static final Logger LOG = LoggerFactory.getLogger(ControlFrames.class);
    private static final int MAX_CODE = 4999;
    private static final int PONG = 0x8A;
    private static final int CLOSE = 0x88;

    /** Maximum length of a close reason in bytes: a control frame has at most 125 bytes, and the code takes two. */
    private static final int MAX_REASON = 123;

    private ControlFrames() {}

    /** Answers a ping. Pongs are not queued for a client that does not read. */
    public static void pong(Channel channel, ByteBuf content) {
        if (channel.isWritable()) {
            var _ = channel.writeAndFlush(frame(channel, PONG, ByteBufUtil.getBytes(content)));
        }
    }

    /** Answers a close frame with the same code; the decoder has rejected most invalid codes. */
    public static void answer(Channel channel, CloseWebSocketFrame close) {
        int code = close.statusCode();
        if (code < 0) {
            code = WebSocketCloseStatus.NORMAL_CLOSURE.code();
        }
        close(channel, code > MAX_CODE ? WebSocketCloseStatus.PROTOCOL_ERROR.code() : code, "");
    }

    /** Sends a close frame, and closes the channel when it has been written. A reason that is too long is shortened. */
    public static void close(Channel channel, int code, String reason) {
        var _ = writeClose(channel, code, reason).addListener(ChannelFutureListener.CLOSE);
    }

    /**
     * As {@link #close}, but shuts down only the sending side: a client that is still sending would otherwise get a reset instead of
     * the close frame. The caller discards what arrives, and closes the channel if the client does not.
     */
    public static void closeOutput(Channel channel, int code, String reason) {
        var _ = writeClose(channel, code, reason).addListener((ChannelFutureListener) written -> {
            if (written.isSuccess() && channel instanceof DuplexChannel duplex) {
                SslHandler tls = channel.pipeline().get(SslHandler.class);
                ChannelFuture closed = tls == null ? written : tls.closeOutbound();
                var _ = closed.addListener(_ -> {
                    var _ = duplex.shutdownOutput();
                });
            } else {
                var _ = channel.close();
            }
        });
    }

    private static ChannelFuture writeClose(Channel channel, int code, String reason) {
        byte[] text = Responses.utf8(reason);
        int length = Math.min(MAX_REASON, text.length);
        while (length < text.length && (text[length] & 0xc0) == 0x80) {
            length--; // not inside a character
        }
        byte[] content = new byte[2 + length];
        content[0] = (byte) (code >> 8);
        content[1] = (byte) code;
        System.arraycopy(text, 0, content, 2, length);
        return channel.writeAndFlush(frame(channel, CLOSE, content));
    }

    /** Closes a channel because of an exception: with the code that the decoder requests, or without a close frame. */
    public static void closeFor(Channel channel, Throwable cause) {
        LOG.debug("WebSocket of {} closed by an exception", channel.remoteAddress(), cause);
        if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            DisconnectReason.REFUSED.mark(channel);
            WebSocketCloseStatus status = corrupted.closeStatus();
            close(channel, status.code(), status.reasonText());
        } else {
            DisconnectReason.mark(channel, cause);
            var _ = channel.close();
        }
    }

    private static ByteBuf frame(Channel channel, int head, byte[] content) {
        return channel.alloc()
                .buffer(2 + content.length)
                .writeByte(head)
                .writeByte(content.length)
                .writeBytes(content);
    }
}
