package dev.ginkgo.hub.http.websocket;

import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles what a client sends on a WebSocket: answers pings and the closing handshake. WebSockets only subscribe, because
 * a publish over a WebSocket could not be acknowledged; a data frame closes the connection with code 1003.
 */
public final class WebSocketInput extends SimpleChannelInboundHandler<WebSocketFrame> {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketInput.class);
    private static final int MAX_FRAME = 4 * 1024;
    private static final int MAX_CODE = 4999;
    private static final int PONG = 0x8A;
    private static final int CLOSE = 0x88;

    /** Returns a decoder for masked frames of at most 4 KiB without extensions. */
    public static WebSocket13FrameDecoder decoder() {
        return new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowMaskMismatch(false)
                .allowExtensions(false)
                .maxFramePayloadLength(MAX_FRAME)
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        switch (frame) {
            case PingWebSocketFrame ping -> pong(context.channel(), ping.content());
            case PongWebSocketFrame _ -> {}
            case CloseWebSocketFrame close -> close(context.channel(), responseTo(close), "");
            default -> {
                DisconnectReason.REFUSED.mark(context.channel());
                close(context.channel(), 1003, "this WebSocket only subscribes; publish by POST");
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("WebSocket of {} closed by an exception", context.channel().remoteAddress(), cause);
        if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            DisconnectReason.REFUSED.mark(context.channel());
            WebSocketCloseStatus status = corrupted.closeStatus();
            close(context.channel(), status.code(), status.reasonText());
        } else {
            DisconnectReason.mark(context.channel(), cause);
            var _ = context.close();
        }
    }

    /** Pongs are not queued for a client that does not read. */
    private static void pong(Channel channel, ByteBuf content) {
        if (channel.isWritable()) {
            var _ = channel.writeAndFlush(frame(channel, PONG, ByteBufUtil.getBytes(content)));
        }
    }

    private static void close(Channel channel, int code, String reason) {
        byte[] text = Responses.utf8(reason);
        byte[] content = new byte[2 + text.length];
        content[0] = (byte) (code >> 8);
        content[1] = (byte) code;
        System.arraycopy(text, 0, content, 2, text.length);
        var _ = channel.writeAndFlush(frame(channel, CLOSE, content)).addListener(ChannelFutureListener.CLOSE);
    }

    /** Returns the code of the response to a close frame: the same one; the decoder has rejected most invalid codes. */
    private static int responseTo(CloseWebSocketFrame close) {
        int code = close.statusCode();
        if (code < 0) {
            return WebSocketCloseStatus.NORMAL_CLOSURE.code();
        }
        return code > MAX_CODE ? WebSocketCloseStatus.PROTOCOL_ERROR.code() : code;
    }

    private static ByteBuf frame(Channel channel, int head, byte[] content) {
        return channel.alloc()
                .buffer(2 + content.length)
                .writeByte(head)
                .writeByte(content.length)
                .writeBytes(content);
    }
}
