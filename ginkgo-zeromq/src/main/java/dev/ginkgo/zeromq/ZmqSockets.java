package dev.ginkgo.zeromq;

import dev.ginkgo.config.Address;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/**
 * Factory of the sockets of one run, with the options that JeroMQ 0.6.0 requires; see {@code
 * docs/decisions/0017-zeromq.md}. Used by the event loop thread, except before it starts and after it has terminated.
 */
final class ZmqSockets implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ZmqTransport.class);

    /** About one new connection in a hundred hangs in the handshake; the default timeout is 30 s. */
    private static final int HANDSHAKE_TIMEOUT_MILLIS = 500;

    private static final int HEARTBEAT_INTERVAL_MILLIS = 1_000;
    private static final int HEARTBEAT_TIMEOUT_MILLIS = 3_000;
    private static final int RECONNECT_INTERVAL_MILLIS = 100;
    private static final int RECONNECT_MAX_INTERVAL_MILLIS = 1_000;

    /**
     * In frames, each of up to 64 KiB or one message. Further messages wait in the send queue, which is bounded in
     * bytes.
     */
    private static final int HIGH_WATER_MARK = 16;

    private final ZContext context = new ZContext(1);
    private final TrackingSelectorProvider selectorProvider = new TrackingSelectorProvider();
    private final long maxFrameBytes;
    private final @Nullable CurveKeys curveKeys;

    ZmqSockets(long maxFrameBytes, @Nullable CurveKeys curveKeys) {
        this.maxFrameBytes = maxFrameBytes;
        this.curveKeys = curveKeys;
        context.setUncaughtExceptionHandler((thread, e) -> LOG.error("ZeroMQ thread {} failed", thread.getName(), e));
        context.setNotificationExceptionHandler(
                (thread, e) -> LOG.warn("error in ZeroMQ thread {}, which continues", thread.getName(), e));
    }

    /** Opens the socket that all peers connect to. */
    ZMQ.Socket openSubscriber(Address address) {
        ZMQ.Socket socket = create(SocketType.SUB, address);
        if (curveKeys != null) {
            socket.setCurveServer(true);
            socket.setCurvePublicKey(curveKeys.publicKey());
            socket.setCurveSecretKey(curveKeys.secretKey());
        }
        socket.subscribe(FrameWriter.PREFIX);
        socket.bind(endpoint(address));
        return socket;
    }

    /**
     * Opens a socket for one peer; it stays unconnected if the address is invalid. The caller must close it with {@link
     * #close(ZMQ.Socket)}.
     */
    ZMQ.Socket openPublisher(Address address) {
        ZMQ.Socket socket = create(SocketType.XPUB, address);
        socket.setXpubNoDrop(true);
        socket.setImmediate(false); // when a connection ends, its frames and its subscription are discarded
        socket.setReconnectIVL(RECONNECT_INTERVAL_MILLIS);
        socket.setReconnectIVLMax(RECONNECT_MAX_INTERVAL_MILLIS);
        if (curveKeys != null) {
            socket.setCurveServerKey(curveKeys.publicKey());
            socket.setCurvePublicKey(curveKeys.publicKey());
            socket.setCurveSecretKey(curveKeys.secretKey());
        }
        try {
            socket.connect(endpoint(address));
        } catch (ZMQException | IllegalArgumentException e) {
            LOG.warn("cannot connect to {}, retrying: {}", address, e.getMessage());
        }
        return socket;
    }

    private ZMQ.Socket create(SocketType type, Address address) {
        ZMQ.Socket socket = context.createSocket(type);
        socket.setSelectorChooser((_, _) -> selectorProvider);
        socket.setLinger(0);
        socket.setHandshakeIvl(HANDSHAKE_TIMEOUT_MILLIS);
        socket.setHeartbeatIvl(HEARTBEAT_INTERVAL_MILLIS);
        socket.setHeartbeatTimeout(HEARTBEAT_TIMEOUT_MILLIS);
        socket.setHeartbeatTtl(HEARTBEAT_TIMEOUT_MILLIS);
        socket.setMaxMsgSize(maxFrameBytes);
        boolean isSubscriber = type == SocketType.SUB;
        // An XPUB receives only subscriptions, of which none may be dropped: no limit.
        socket.setRcvHWM(isSubscriber ? HIGH_WATER_MARK : 0);
        socket.setSndHWM(isSubscriber ? 0 : HIGH_WATER_MARK);
        socket.setIPv6(address.host().indexOf(':') >= 0);
        return socket;
    }

    ZMQ.Poller poller(int size) {
        return context.createPoller(size);
    }

    void close(ZMQ.Socket socket) {
        socket.close();
    }

    private static String endpoint(Address address) {
        String text = address.toString();
        return "tcp://" + (address.port() == 0 ? text.substring(0, text.length() - 1) + "*" : text);
    }

    /** Closes all remaining sockets. */
    @Override
    public void close() {
        context.close();
        selectorProvider.close();
    }
}
