package dev.ginkgo.hub.socket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.util.ReferenceCountUtil;

/** Decoder of masked frames that reports the memory of a frame that is being received. */
final class SocketDecoder extends WebSocket13FrameDecoder {
    private final SocketInput input;

    /**
     * @param compression whether frames may say that they are compressed
     * @param maxFrame maximum length of a frame
     */
    SocketDecoder(SocketInput input, boolean compression, int maxFrame) {
        super(WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowMaskMismatch(false)
                .allowExtensions(compression)
                .maxFramePayloadLength(maxFrame)
                .closeOnProtocolViolation(false)
                .withUTF8Validator(false)
                .build());
        this.input = input;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (input.isClosing()) {
            ReferenceCountUtil.release(message);
            return;
        }
        super.channelRead(context, message);
        ByteBuf partial = internalBuffer();
        input.framesDecoded(partial.readableBytes(), partial.capacity());
    }
}
