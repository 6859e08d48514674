package dev.ginkgo.hub.connection;

import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.net.ClientAddress;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A connection of Netty: of any kind of socket, with or without TLS, or a stream of HTTP/2. */
public final class ChannelConnection implements StreamConnection {
    private final Channel channel;

    public ChannelConnection(Channel channel) {
        this.channel = channel;
    }

    /** Returns the channel. Any thread. */
    public Channel channel() {
        return channel;
    }

    @Override
    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    @Override
    public @Nullable InetSocketAddress client() {
        return ClientAddress.of(channel);
    }

    @Override
    public void mark(DisconnectReason reason) {
        reason.mark(channel);
    }

    @Override
    public void close() {
        var _ = channel.close(); // its close future has listeners of its own
    }

    @Override
    public Future<?> write(List<ByteBuf> frames) {
        ChannelFuture last = channel.newSucceededFuture();
        for (ByteBuf frame : frames) {
            last = channel.write(frame);
        }
        channel.flush();
        return last;
    }

    @Override
    public long pendingBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    @Override
    public long progress() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? progressWithoutSocket() : buffer.currentProgress();
    }

    private long progressWithoutSocket() {
        LongSupplier reported = channel.attr(WriteProgress.KEY).get();
        return ((reported == null ? 0 : reported.getAsLong()) << Integer.SIZE) + channel.bytesBeforeUnwritable();
    }

    @Override
    public boolean isPlainSocket() {
        if (!(channel instanceof EpollSocketChannel)) {
            return false;
        }
        for (Map.Entry<String, ChannelHandler> each : channel.pipeline()) {
            if (each.getValue() instanceof ChannelOutboundHandler) {
                return false; // it may transform the bytes
            }
        }
        return true;
    }

    @Override
    public int descriptor() {
        if (!(channel instanceof EpollSocketChannel socket)) {
            return NO_DESCRIPTOR;
        }
        ChannelOutboundBuffer buffer = socket.unsafe().outboundBuffer(); // null when it closes
        return buffer != null
                        && buffer.totalPendingWriteBytes() == 0
                        && socket.fd().isOpen()
                ? socket.fd().intValue()
                : NO_DESCRIPTOR;
    }

    @Override
    public String toString() {
        return String.valueOf(channel.remoteAddress());
    }
}
