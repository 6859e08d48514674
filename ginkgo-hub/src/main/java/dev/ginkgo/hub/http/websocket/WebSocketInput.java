package dev.ginkgo.hub.http.websocket;

import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/**
 * Handles what a client sends on a WebSocket: answers pings and the closing handshake. WebSockets only subscribe, because
 * a publish over a WebSocket could not be acknowledged; a data frame closes the connection with code 1003.
 */
public final class WebSocketInput extends SimpleChannelInboundHandler<WebSocketFrame> {
    private static final int MAX_FRAME = 4 * 1024;

    /**
     * Returns a decoder for masked frames of at most 4 KiB.
     *
     * @param compression whether frames may say that they are compressed
     */
    public static WebSocket13FrameDecoder decoder(boolean compression) {
        return new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowMaskMismatch(false)
                .allowExtensions(compression)
                .maxFramePayloadLength(MAX_FRAME)
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        PerMessageDeflate.checkReservedBits(frame);
        switch (frame) {
            case PingWebSocketFrame ping -> ControlFrames.pong(context.channel(), ping.content());
            case PongWebSocketFrame _ -> {}
            case CloseWebSocketFrame close -> ControlFrames.answer(context.channel(), close);
            default -> {
                DisconnectReason.REFUSED.mark(context.channel());
                ControlFrames.close(context.channel(), 1003, "this WebSocket only subscribes; publish by POST");
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        ControlFrames.closeFor(context.channel(), cause);
    }
}
