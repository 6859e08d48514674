package dev.ginkgo.hub.connection;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.net.ClientAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the sockets of plain streams from the channels of Netty on one event loop. A channel with its pipeline, buffers and
 * futures takes about 1 kB, of which a stream that waits for messages needs the descriptor only.
 *
 * <p>The channel is deregistered, which Netty does after the current event; its socket is then registered anew with the same
 * epoll, which reports what has arrived in between. If that fails, the channel is registered again and stays in use. The socket
 * object stays the same, so that a late {@code close} of the channel closes the adopted connection too. Event loop only.
 */
public final class SocketAdoption {
    private static final int INPUT_BYTES = 16 * 1024;

    private final IoEventLoop eventLoop;
    private final Registrar registrar;
    private final Consumer<Throwable> onFailure;
    private @Nullable ByteBuffer input; // what is discarded

    /** Registers a socket with the epoll of an event loop. */
    interface Registrar {
        Future<IoRegistration> register(IoHandle handle);
    }

    /** Receives the result of an adoption, unless the connection is closed first. */
    public interface Listener {
        /** The connection has another object now. */
        void adopted(StreamConnection connection);

        /** The connection stays with Netty. */
        void kept();
    }

    /**
     * @param eventLoop an event loop with epoll
     * @param onFailure called with the reason each time a socket cannot be adopted
     */
    public SocketAdoption(IoEventLoop eventLoop, Consumer<Throwable> onFailure) {
        this(eventLoop, eventLoop::register, onFailure);
    }

    SocketAdoption(IoEventLoop eventLoop, Registrar registrar, Consumer<Throwable> onFailure) {
        this.eventLoop = eventLoop;
        this.registrar = registrar;
        this.onFailure = onFailure;
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    /**
     * Starts to adopt the socket of a channel, to which nothing may be written until the listener is called.
     *
     * @return false if the channel is not a plain stream without anything to write; the listener is not called then
     */
    public boolean start(Channel channel, Listener listener) {
        if (!(channel instanceof EpollSocketChannel plain) || !isIdleStream(plain)) {
            return false;
        }
        var _ = plain.deregister().addListener(_ -> deregistered(plain, listener));
        return true;
    }

    private static boolean isIdleStream(EpollSocketChannel channel) {
        Iterator<Map.Entry<String, ChannelHandler>> handlers =
                channel.pipeline().iterator();
        return channel.isActive()
                && handlers.hasNext()
                && handlers.next().getValue() == StreamInputDiscarder.INSTANCE
                && !handlers.hasNext()
                && hasNothingToWrite(channel);
    }

    private static boolean hasNothingToWrite(EpollSocketChannel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer(); // null when it closes
        return buffer != null && buffer.isEmpty() && buffer.totalPendingWriteBytes() == 0;
    }

    private void deregistered(EpollSocketChannel channel, Listener listener) {
        if (!channel.isOpen()) {
            return; // its lifetime has ended
        }
        AdoptedSocket adopted;
        try {
            adopted = adopt(channel);
        } catch (IOException | RuntimeException | Error e) {
            try {
                onFailure.accept(e);
            } finally {
                giveBack(channel, listener);
            }
            return;
        }
        try {
            listener.adopted(adopted);
        } catch (RuntimeException | Error e) {
            adopted.mark(DisconnectReason.ERROR); // nothing would ever be written
            adopted.close();
            throw e;
        }
    }

    private AdoptedSocket adopt(EpollSocketChannel channel) throws IOException {
        if (!hasNothingToWrite(channel) || !(channel.fd() instanceof Socket socket)) {
            throw new IOException("the connection is in use");
        }
        if (input == null) { // here a lack of memory leaves the connection as it is
            input = ByteBuffer.allocateDirect(INPUT_BYTES);
        }
        AdoptedSocket adopted =
                new AdoptedSocket(socket, this, ClientAddress.of(channel), DisconnectReason.marked(channel));
        Future<IoRegistration> registered = registrar.register(adopted);
        if (!registered.isSuccess()) { // on the event loop it is complete
            throw new IOException("the socket cannot be registered with epoll", registered.cause());
        }
        IoRegistration registration = registered.getNow();
        try {
            adopted.start(registration);
            var _ = channel.closeFuture().addListener(_ -> adopted.channelClosed(channel));
            ConnectionLifetime.of(channel)
                    .leave(channel, adopted); // last: from now on nothing returns the socket to the channel
        } catch (RuntimeException | Error e) {
            registration.cancel();
            throw e;
        }
        return adopted;
    }

    private void giveBack(EpollSocketChannel channel, Listener listener) {
        var _ = eventLoop().register(channel).addListener(registered -> {
            boolean kept = false;
            try {
                if (registered.isSuccess()) {
                    listener.kept();
                    kept = true;
                }
            } finally {
                if (!kept) { // nothing would ever be written
                    DisconnectReason.ERROR.mark(channel);
                    var _ = channel.close();
                }
            }
        });
    }

    /** Reads and discards input. Returns a negative number at its end. */
    int discardInput(Socket socket) throws IOException {
        ByteBuffer buffer = requireNonNull(input);
        return socket.recv(buffer, 0, buffer.capacity());
    }
}
