package dev.ginkgo.hub.socket;

import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.compression.MessageInflater;
import dev.ginkgo.hub.http.server.BodyBudget;
import dev.ginkgo.hub.http.server.ConnectionDeadline;
import dev.ginkgo.hub.http.server.ManagedConnection;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.websocket.ControlFrames;
import dev.ginkgo.hub.http.websocket.PerMessageDeflate;
import dev.ginkgo.hub.metrics.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.zip.DataFormatException;

/**
 * Input of a WebSocket: joins the frames of a message, limits its memory and the time it takes, and passes it to the session.
 *
 * <p>While the client does not read, nothing is read from it: so the responses that wait for it are limited to those of the
 * requests in one read of {@value #MAX_READ} bytes. Nor is anything read while the session accepts no more, because many of
 * the client's messages wait for a broker. One such read is served per turn of the event loop, so that other
 * connections are served in between.
 */
final class SocketInput extends SimpleChannelInboundHandler<WebSocketFrame> implements ManagedConnection {
    /** Maximum size of one read, which is that of Netty's allocator. */
    private static final int MAX_READ = 64 * 1024;

    /**
     * How many bytes the compressed messages of one read may have when they are decompressed, before the last of them. Otherwise a
     * client could keep the event loop busy with little data.
     */
    private static final int MAX_INFLATED_PER_READ = 4 * 1024 * 1024;

    private static final int MALFORMED = 4400;
    private static final int TIMEOUT = 4408;
    private static final int BINARY = 1003;
    private static final int INVALID_DATA = 1007;
    private static final int TOO_LONG = 1009;
    private static final int TRY_AGAIN = 1013;

    private final Channel channel;
    private final SocketSession session;
    private final BodyBudget.Share partialFrame;
    private final BodyBudget.Share partialMessage;
    private final BodyBudget.Share inflatedMessage;
    private final boolean compression;
    private final ConnectionDeadline deadline;
    private final int maxMessage;

    private ByteBuf fragments = Unpooled.EMPTY_BUFFER;
    private boolean compressed; // the message that is being received
    private long inflated; // bytes in the current read
    private boolean incomplete; // a part of a message has been received
    private boolean served; // a message has been completed since the deadline was set
    private boolean closing;

    /**
     * @param partialFrame memory of a frame that is being received
     * @param partialMessage memory of the frames of a message that is being received
     * @param inflatedMessage memory of a message that is being decompressed
     * @param compression whether messages may be compressed
     * @param deadline for a message to arrive
     * @param maxMessage maximum length of a message in bytes
     */
    SocketInput(
            Channel channel,
            SocketSession session,
            BodyBudget.Share partialFrame,
            BodyBudget.Share partialMessage,
            BodyBudget.Share inflatedMessage,
            boolean compression,
            ConnectionDeadline deadline,
            int maxMessage) {
        this.channel = channel;
        this.session = session;
        this.partialFrame = partialFrame;
        this.partialMessage = partialMessage;
        this.inflatedMessage = inflatedMessage;
        this.compression = compression;
        this.deadline = deadline;
        this.maxMessage = maxMessage;
        session.connect(() -> !closing, this::proceed);
    }

    /** Adds the handlers of this input to the channel. */
    void addToPipeline() {
        // the allocator itself cannot be replaced: the channel keeps the handle that its first read has created
        if (channel.config().getRecvByteBufAllocator() instanceof MaxMessagesRecvByteBufAllocator reads) {
            reads.maxMessagesPerRead(1);
        }
        channel.pipeline().addLast(new SocketDecoder(this, compression, maxMessage), this);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        if (closing) {
            return;
        }
        PerMessageDeflate.checkReservedBits(frame);
        if (PerMessageDeflate.isFirst(frame)) {
            compressed = PerMessageDeflate.isCompressed(frame);
        }
        switch (frame) {
            case PingWebSocketFrame ping -> ControlFrames.pong(channel, ping.content());
            case PongWebSocketFrame _ -> {}
            case CloseWebSocketFrame close -> {
                closing = true;
                session.stopWriting();
                ControlFrames.answer(channel, close);
            }
            case BinaryWebSocketFrame _ -> close(BINARY, "requests are text frames; publish bytes as base64");
            default -> addData(frame);
        }
    }

    private void addData(WebSocketFrame frame) {
        if (frame.isFinalFragment() && !fragments.isReadable()) {
            serve(frame.content());
            return;
        }
        long length = (long) fragments.readableBytes() + frame.content().readableBytes();
        if (length > maxMessage) {
            close(TOO_LONG, "a message has at most " + maxMessage + " bytes");
            return;
        }
        try {
            if (length > fragments.capacity()) {
                int capacity = (int) Math.min(maxMessage, Math.max(256, 2 * Long.highestOneBit(length)));
                partialMessage.resize(capacity);
                ByteBuf larger =
                        channel.alloc().heapBuffer(capacity, maxMessage).writeBytes(fragments);
                fragments.release();
                fragments = larger;
            }
        } catch (ProblemException e) {
            close(TRY_AGAIN, String.valueOf(e.getMessage()));
            return;
        }
        fragments.writeBytes(frame.content());
        if (frame.isFinalFragment()) {
            ByteBuf whole = fragments;
            fragments = Unpooled.EMPTY_BUFFER;
            try {
                serve(whole);
            } finally {
                whole.release();
                partialMessage.release();
            }
        }
    }

    private void serve(ByteBuf message) {
        served = true;
        if (!compressed) {
            serveText(message);
            return;
        }
        try {
            if (inflated > MAX_INFLATED_PER_READ) {
                close(
                        TRY_AGAIN,
                        "many messages at once that are long when they are decompressed; send them more slowly");
                return;
            }
            ByteBuf text = MessageInflater.inflate(message, maxMessage, inflatedMessage::resize);
            inflated += text.readableBytes();
            serveText(text);
        } catch (DataFormatException e) {
            close(INVALID_DATA, "a compressed message is not in the format of RFC 7692");
        } catch (MessageInflater.TooLongException e) {
            close(TOO_LONG, String.valueOf(e.getMessage()));
        } catch (ProblemException e) {
            close(TRY_AGAIN, String.valueOf(e.getMessage()));
        } finally {
            inflatedMessage.release();
        }
    }

    private void serveText(ByteBuf text) {
        byte[] bytes = ByteBufUtil.getBytes(text);
        if (!Payload.isUtf8(bytes)) {
            close(INVALID_DATA, "a text frame is not UTF-8");
            return;
        }
        try {
            session.serve(bytes);
        } catch (SocketRequestParser.MalformedException e) {
            close(MALFORMED, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Called when the frames of a read have been decoded.
     *
     * @param partial how many bytes of a further frame have been received
     * @param memory size of the buffer that contains them; one that is not larger than a read may contain decoded frames, too
     */
    void framesDecoded(int partial, int memory) {
        if (closing || !channel.isActive()) {
            return;
        }
        try {
            partialFrame.resize(partial > 0 && memory > MAX_READ ? memory : partial);
        } catch (ProblemException e) {
            close(TRY_AGAIN, String.valueOf(e.getMessage()));
            return;
        }
        boolean continues = incomplete && !served;
        incomplete = partial > 0 || fragments.isReadable();
        served = false;
        if (!incomplete) {
            deadline.clear();
        } else if (!continues) {
            deadline.start(ConnectionDeadline.Kind.REQUEST);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        inflated = 0;
        channel.flush();
        proceed();
        context.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        proceed();
        context.fireChannelWritabilityChanged();
    }

    private void proceed() {
        if (closing) {
            return;
        }
        boolean readable = channel.isWritable() && session.isAccepting();
        if (channel.config().isAutoRead() != readable) {
            channel.config().setAutoRead(readable);
            if (!readable) {
                deadline.clear(); // nothing can arrive
            } else if (incomplete) {
                deadline.start(ConnectionDeadline.Kind.REQUEST);
            }
        }
    }

    private void close(int code, String reason) {
        close(DisconnectReason.REFUSED, code, reason);
    }

    /** Sends a close frame, and discards what the client sends until it closes its side, or until the deadline. */
    private void close(DisconnectReason disconnectReason, int code, String reason) {
        closing = true;
        session.stopWriting();
        disconnectReason.mark(channel);
        ControlFrames.closeOutput(channel, code, reason);
        deadline.start(ConnectionDeadline.Kind.CLOSING);
        channel.config().setAutoRead(true);
    }

    /** Returns whether what arrives is discarded. */
    boolean isClosing() {
        return closing;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!closing && cause instanceof CorruptedWebSocketFrameException corrupted) {
            close(corrupted.closeStatus().code(), corrupted.closeStatus().reasonText());
        } else {
            closing = true;
            ControlFrames.closeFor(channel, cause);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        closing = true;
        deadline.clear();
        partialFrame.release();
        partialMessage.release();
        inflatedMessage.release();
        fragments.release();
        fragments = Unpooled.EMPTY_BUFFER;
    }

    // ---- ManagedConnection

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public boolean isExpired() {
        return deadline.isExpired();
    }

    @Override
    public void closeIfExpired() {
        if (deadline.isExpired()) {
            if (closing) {
                var _ = channel.close();
            } else {
                close(
                        DisconnectReason.REQUEST_TIMEOUT,
                        TIMEOUT,
                        "a message was not complete within http.request-timeout");
            }
        }
    }

    /** Does nothing: the registry of streams ends the connection. */
    @Override
    public void drain() {}
}
