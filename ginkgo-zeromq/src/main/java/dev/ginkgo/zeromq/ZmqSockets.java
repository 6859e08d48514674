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
 * Makes the sockets of one run as they must be for JeroMQ 0.6.0; see {@code docs/decisions/0017-zeromq.md}. Used by the
 * owner thread, but for what is made before it starts and closed after it has ended.
 */
final class ZmqSockets implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ZmqTransport.class);

    /** About one fresh connection in a hundred hangs in the handshake, for 30 s if nobody asks for less. */
    private static final int HANDSHAKE_MILLIS = 500;

    private static final int HEARTBEAT_MILLIS = 1_000;
    private static final int HEARTBEAT_TIMEOUT_MILLIS = 3_000;
    private static final int RECONNECT_MILLIS = 100;
    private static final int RECONNECT_MAX_MILLIS = 1_000;

    /** Frames, of 64 KiB or one message each: what waits beyond them waits in the backlog, where it is bounded. */
    private static final int HIGH_WATER_MARK = 16;

    private final ZContext context = new ZContext(1);
    private final TrackingSelectorProvider channels = new TrackingSelectorProvider();
    private final long maxFrame;
    private final @Nullable CurveKeys secret;

    ZmqSockets(long maxFrame, @Nullable CurveKeys secret) {
        this.maxFrame = maxFrame;
        this.secret = secret;
        context.setUncaughtExceptionHandler((thread, e) -> LOG.error("{} of ZeroMQ has failed", thread.getName(), e));
        context.setNotificationExceptionHandler(
                (thread, e) -> LOG.warn("{} of ZeroMQ met an error and goes on", thread.getName(), e));
    }

    /** The one socket that all peers send to. */
    ZMQ.Socket openSubscriber(Address address) {
        ZMQ.Socket socket = create(SocketType.SUB, address);
        if (secret != null) {
            socket.setCurveServer(true);
            socket.setCurvePublicKey(secret.publicKey());
            socket.setCurveSecretKey(secret.secretKey());
        }
        socket.subscribe(FrameWriter.PREFIX);
        socket.bind(endpoint(address));
        return socket;
    }

    /** A socket for one peer, not connected if its address means nothing. Its end is {@link #close(ZMQ.Socket)}. */
    ZMQ.Socket openPublisher(Address address) {
        ZMQ.Socket socket = create(SocketType.XPUB, address);
        socket.setXpubNoDrop(true);
        socket.setImmediate(false); // a connection that ends takes its frames along, and its subscription
        socket.setReconnectIVL(RECONNECT_MILLIS);
        socket.setReconnectIVLMax(RECONNECT_MAX_MILLIS);
        if (secret != null) {
            socket.setCurveServerKey(secret.publicKey());
            socket.setCurvePublicKey(secret.publicKey());
            socket.setCurveSecretKey(secret.secretKey());
        }
        try {
            socket.connect(endpoint(address));
        } catch (ZMQException | IllegalArgumentException e) {
            LOG.warn("cannot connect to {}, and will try again: {}", address, e.getMessage());
        }
        return socket;
    }

    private ZMQ.Socket create(SocketType type, Address address) {
        ZMQ.Socket socket = context.createSocket(type);
        socket.setSelectorChooser((_, _) -> channels);
        socket.setLinger(0);
        socket.setHandshakeIvl(HANDSHAKE_MILLIS);
        socket.setHeartbeatIvl(HEARTBEAT_MILLIS);
        socket.setHeartbeatTimeout(HEARTBEAT_TIMEOUT_MILLIS);
        socket.setHeartbeatTtl(HEARTBEAT_TIMEOUT_MILLIS);
        socket.setMaxMsgSize(maxFrame);
        boolean receives = type == SocketType.SUB;
        socket.setRcvHWM(
                receives ? HIGH_WATER_MARK : 0); // what an XPUB receives is subscriptions, and none may be cut off
        socket.setSndHWM(receives ? 0 : HIGH_WATER_MARK);
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

    /** Closes all that are left. */
    @Override
    public void close() {
        context.close();
        channels.close();
    }
}
