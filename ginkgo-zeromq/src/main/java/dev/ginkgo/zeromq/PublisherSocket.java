package dev.ginkgo.zeromq;

import dev.ginkgo.config.Address;
import dev.ginkgo.zeromq.zmtp.Mechanism;
import dev.ginkgo.zeromq.zmtp.ZmtpConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Socket of type XPUB that connects to one peer, and reconnects when the connection ends. Frames of an ended connection
 * are lost. Used by the event loop thread.
 */
final class PublisherSocket implements EventSelector.Handler, ZmtpConnection.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(ZmqTransport.class);
    private static final long MIN_RETRY_NANOS = Duration.ofMillis(100).toNanos();
    private static final long MAX_RETRY_NANOS = Duration.ofSeconds(1).toNanos();

    /** An XPUB receives subscriptions, which are short. */
    private static final int MAX_RECEIVED_BYTES = 1_024;

    private final Address address;
    private final EventSelector selector;
    private final Supplier<Mechanism> mechanism;

    private @Nullable CompletableFuture<InetSocketAddress> resolution;
    private @Nullable SocketChannel channel;
    private @Nullable ZmtpConnection connection;
    private boolean subscribed;
    private long subscriptions;
    private boolean closed;
    private long progressAt;
    private long retryAt;
    private boolean retrying;
    private long retryNanos = MIN_RETRY_NANOS;

    /** Creates a socket that connects in the first {@link #step}. */
    PublisherSocket(Address address, EventSelector selector, Supplier<Mechanism> mechanism, long now) {
        this.address = address;
        progressAt = now;
        this.selector = selector;
        this.mechanism = mechanism;
    }

    /** Returns the number of the current subscription of the peer; 0 if there is none. */
    long subscription() {
        return subscribed ? subscriptions : 0;
    }

    /** Returns when the peer has last sent something before it subscribed; when this socket was created if never. */
    long progressAt() {
        return progressAt;
    }

    /** Returns when {@link #step} must be called next, even if nothing happens. */
    long nextDeadline(long now) {
        return retrying ? retryAt : now + MAX_RETRY_NANOS;
    }

    // ---- connecting

    /** Connects, if that is due. */
    void step(long now) {
        if (closed || channel != null || (retrying && now - retryAt < 0)) {
            return;
        }
        retrying = false;
        CompletableFuture<InetSocketAddress> resolved = resolution;
        if (resolved == null) {
            resolved = resolve();
            resolution = resolved;
        }
        if (resolved.isDone()) {
            resolution = null;
            connect(resolved.join(), now);
        }
    }

    /** Resolves the address of the peer in a thread of its own, because that may take seconds. */
    private CompletableFuture<InetSocketAddress> resolve() {
        CompletableFuture<InetSocketAddress> resolved = new CompletableFuture<>();
        Thread.ofVirtual().name("resolve-" + address).start(() -> {
            resolved.complete(address.toSocketAddress());
            selector.wake();
        });
        return resolved;
    }

    private void connect(InetSocketAddress resolved, long now) {
        try {
            if (resolved.isUnresolved()) {
                throw new IOException("unknown host");
            }
            SocketChannel opened = SocketChannel.open();
            channel = opened;
            opened.configureBlocking(false);
            SelectionKey key = selector.register(opened, SelectionKey.OP_CONNECT, this);
            if (opened.connect(resolved)) {
                connected(key);
            }
        } catch (IOException e) {
            disconnect(e, now);
        }
    }

    private void connected(SelectionKey key) throws IOException {
        key.interestOps(SelectionKey.OP_READ);
        SocketChannel opened = (SocketChannel) key.channel();
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        connection = new ZmtpConnection(opened, opened, key::interestOps, mechanism.get(), MAX_RECEIVED_BYTES, this);
    }

    @Override
    public void ready(SelectionKey key, long now) {
        try {
            if (key.isConnectable() && ((SocketChannel) key.channel()).finishConnect()) {
                connected(key);
            }
            ZmtpConnection current = connection;
            if (current != null && key.isValid() && key.isWritable()) {
                current.flush();
            }
            if (current != null && key.isValid() && key.isReadable()) {
                progressAt = subscribed ? progressAt : now;
                current.read(selector.readBuffer());
            }
        } catch (IOException e) {
            disconnect(e, now);
        }
    }

    private void disconnect(IOException cause, long now) {
        LOG.debug("connection to {}: {}", address, cause.toString());
        closeChannel();
        retrying = true;
        retryAt = now + retryNanos;
        retryNanos = Math.min(MAX_RETRY_NANOS, 2 * retryNanos);
    }

    private void closeChannel() {
        subscribed = false;
        ZmtpConnection current = connection;
        SocketChannel opened = channel;
        connection = null;
        channel = null;
        if (current != null) {
            current.close();
        } else if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                LOG.debug("cannot close the connection to {}", address, e);
            }
        }
    }

    // ---- the connection

    @Override
    public void handshaken() {
        retryNanos = MIN_RETRY_NANOS;
    }

    /** Processes a subscription: 1, or 0 for its end, and the prefix of the messages that the peer wants. */
    @Override
    public void received(byte[] body, boolean more) {
        if (more || body.length == 0 || !isPrefix(body)) {
            return;
        }
        if (body[0] == 1 && !subscribed) {
            subscribed = true;
            subscriptions++;
        } else if (body[0] == 0) {
            subscribed = false;
        }
    }

    private static boolean isPrefix(byte[] subscription) {
        int length = subscription.length - 1;
        return length <= FrameWriter.PREFIX.length
                && Arrays.equals(subscription, 1, subscription.length, FrameWriter.PREFIX, 0, length);
    }

    /** Returns whether another frame can be sent; if not, the event loop is woken when it can. */
    boolean hasRoom() {
        return connection != null && connection.hasRoom();
    }

    /** Sends a frame at the next {@link #flush}. */
    void send(byte[] frame) {
        ZmtpConnection current = connection;
        if (current != null) {
            current.send(frame);
        }
    }

    /** Writes the frames that were sent, as far as the connection accepts them. */
    void flush(long now) {
        ZmtpConnection current = connection;
        if (current != null) {
            try {
                current.flush();
            } catch (IOException e) {
                disconnect(e, now);
            }
        }
    }

    void close() {
        closed = true;
        closeChannel();
    }
}
