package dev.ginkgo.zeromq;

import dev.ginkgo.zeromq.zmtp.Mechanism;
import dev.ginkgo.zeromq.zmtp.ZmtpConnection;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Socket of type SUB that accepts the connections of all peers. Its memory is bounded by the number of connections, and
 * the largest frame of each. Used by the event loop thread.
 */
final class SubscriberSocket implements EventSelector.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(ZmqTransport.class);

    /** A peer sends a heartbeat every second. */
    private static final long IDLE_TIMEOUT_NANOS = Duration.ofSeconds(10).toNanos();

    private static final long HANDSHAKE_TIMEOUT_NANOS = Duration.ofSeconds(3).toNanos();

    private static final long ACCEPT_PAUSE_NANOS = Duration.ofMillis(100).toNanos();

    /** Many times the connections of a cluster; beyond it, the oldest one without a handshake is closed, if any. */
    private static final int MAX_CONNECTIONS = 256;

    /** Receiver of the frames. */
    interface Receiver {
        void received(byte[] frame);

        /** Processes a message of several parts, which no node sends. */
        void receivedMultipart();
    }

    /** Accepts a connection. */
    interface Acceptor {
        /** Returns the next connection; null if there is none. */
        @Nullable
        SocketChannel accept() throws IOException;
    }

    private final ServerSocketChannel server;
    private final Acceptor acceptor;
    private final SelectionKey serverKey;
    private final EventSelector selector;
    private final Supplier<Mechanism> mechanism;
    private final long maxFrameBytes;
    private final Receiver receiver;
    private final Set<Incoming> handshaking = new LinkedHashSet<>(); // in order of their age
    private final Set<Incoming> established = new LinkedHashSet<>();
    private boolean paused;
    private long pausedAt;

    /**
     * @param server not blocking from now on
     * @param acceptor accepts the connections of the server
     */
    SubscriberSocket(
            ServerSocketChannel server,
            Acceptor acceptor,
            EventSelector selector,
            Supplier<Mechanism> mechanism,
            long maxFrameBytes,
            Receiver receiver)
            throws IOException {
        this.server = server;
        this.acceptor = acceptor;
        this.selector = selector;
        this.mechanism = mechanism;
        this.maxFrameBytes = maxFrameBytes;
        this.receiver = receiver;
        server.configureBlocking(false);
        serverKey = selector.register(server, SelectionKey.OP_ACCEPT, this);
    }

    /** Accepts one connection; a further one makes the channel ready again. */
    @Override
    public void ready(SelectionKey key, long now) {
        try {
            SocketChannel channel = acceptor.accept();
            if (channel != null) {
                accepted(channel, now);
            }
        } catch (IOException e) { // for example, too many open files: the channel remains ready
            LOG.debug("cannot accept a connection", e);
            serverKey.interestOps(0);
            paused = true;
            pausedAt = now;
        }
    }

    private void accepted(SocketChannel channel, long now) throws IOException {
        if (handshaking.size() + established.size() >= MAX_CONNECTIONS) {
            if (handshaking.isEmpty()) {
                channel.close();
                return;
            }
            handshaking.iterator().next().close();
        }
        try {
            channel.configureBlocking(false);
            new Incoming(now).open(channel);
        } catch (IOException e) {
            channel.close();
        }
    }

    /**
     * Closes the connections from which nothing has been received for too long, and accepts connections again some time after a
     * failure. Called at least every second.
     */
    void step(long now) {
        if (paused && now - pausedAt >= ACCEPT_PAUSE_NANOS) {
            paused = false;
            serverKey.interestOps(SelectionKey.OP_ACCEPT);
        }
        while (!handshaking.isEmpty() && handshaking.iterator().next().isOlderThan(HANDSHAKE_TIMEOUT_NANOS, now)) {
            handshaking.iterator().next().close();
        }
        for (Incoming each : List.copyOf(established)) {
            if (each.isOlderThan(IDLE_TIMEOUT_NANOS, now)) {
                each.close();
            }
        }
    }

    void close() {
        List.copyOf(handshaking).forEach(Incoming::close);
        List.copyOf(established).forEach(Incoming::close);
        try {
            server.close();
        } catch (IOException e) {
            LOG.debug("cannot close {}", server, e);
        }
    }

    /** A connection that was accepted. */
    private final class Incoming implements EventSelector.Handler, ZmtpConnection.Listener {
        private static final byte SUBSCRIBE = 1;

        private @Nullable ZmtpConnection connection;
        private long lastReceivedAt;
        private boolean multipart;

        private Incoming(long now) {
            lastReceivedAt = now;
        }

        private void open(SocketChannel channel) throws IOException {
            SelectionKey key = selector.register(channel, SelectionKey.OP_READ, this);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connection = new ZmtpConnection(channel, channel, key::interestOps, mechanism.get(), maxFrameBytes, this);
            handshaking.add(this);
        }

        private boolean isOlderThan(long nanos, long now) {
            return now - lastReceivedAt > nanos;
        }

        @Override
        public void ready(SelectionKey key, long now) {
            ZmtpConnection current = connection;
            if (current == null) {
                return;
            }
            try {
                if (key.isWritable()) {
                    current.flush();
                }
                if (key.isReadable()) {
                    lastReceivedAt = established.contains(this) ? now : lastReceivedAt;
                    current.read(selector.readBuffer());
                }
            } catch (IOException e) {
                LOG.debug("connection of a peer: {}", e.toString());
                close();
            }
        }

        @Override
        public void handshaken() {
            handshaking.remove(this);
            established.add(this);
            ZmtpConnection current = connection;
            if (current != null) {
                byte[] subscription = new byte[1 + FrameWriter.PREFIX.length];
                subscription[0] = SUBSCRIBE;
                System.arraycopy(FrameWriter.PREFIX, 0, subscription, 1, FrameWriter.PREFIX.length);
                current.send(subscription);
            }
        }

        @Override
        public void received(byte[] body, boolean more) {
            if (more) {
                multipart = true;
            } else if (multipart) {
                multipart = false;
                receiver.receivedMultipart();
            } else {
                receiver.received(body);
            }
        }

        private void close() {
            handshaking.remove(this);
            established.remove(this);
            ZmtpConnection current = connection;
            if (current != null) {
                current.close();
            }
        }
    }
}
