package dev.ginkgo.zeromq;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.SendQueue;
import dev.ginkgo.hub.spi.SendQueues;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportListener;
import dev.ginkgo.hub.spi.TransportStats;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZMQ;

/**
 * One node's way to one peer: a socket that connects to the peer's, and what waits for it.
 *
 * <pre>
 *              subscription frame            the peer says that it hears us
 *   connecting -----------------&gt; speaking --------------------------------&gt; ready
 *       ^  ^                          |                                        |
 *       |  '------ disconnected ------+----------------------------------------'
 *       |                             |                                        |
 *       '--- new socket, after 1 s without "ready" ---  speaking  &lt;-- silence -'
 * </pre>
 *
 * Used by the owner thread, but for {@link #stats}.
 */
final class ZmqPeer {
    private static final long HEARTBEAT_NANOS = Transport.HEARTBEAT_INTERVAL.toNanos();
    private static final long EAGER_HEARTBEAT_NANOS = Duration.ofMillis(100).toNanos();

    /** How long a peer may say nothing: three beats, and a bit. */
    private static final long IDLE_TIMEOUT_NANOS = Duration.ofMillis(3_500).toNanos();

    private static final long MIN_RECONNECT_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long MAX_RECONNECT_NANOS = Duration.ofSeconds(4).toNanos();

    /** The pause before a full socket is tried again; an XPUB cannot be polled for room. */
    private static final long FULL_RETRY_NANOS = Duration.ofMillis(1).toNanos();

    private static final long MAX_BATCH_BYTES = 64 * 1024;
    private static final int MAX_CONTROL_FRAMES = 64;

    final Peer peer;

    private final NodeIncarnation self;
    private final TransportListener transportListener;
    private final ZmqSockets sockets;
    private final SendQueues sendQueues;
    private final SendQueue sendQueue;
    private final Queue<byte[]> controls = new ArrayDeque<>();

    private ZMQ.Socket socket;
    private boolean subscribed;
    private byte @Nullable [] pending;
    private boolean full;
    private long notReadySince;
    private long reconnectNanos = MIN_RECONNECT_NANOS;
    private long nextHeartbeat;

    private boolean heartbeatReceived;
    private long lastSequence;
    private boolean receiving;
    private long lastReceivedAt;

    private volatile boolean ready;
    private final LongAdder reconnects = new LongAdder();

    ZmqPeer(
            Peer peer,
            NodeIncarnation self,
            TransportListener transportListener,
            ZmqSockets sockets,
            SendQueues sendQueues,
            long budget,
            long now) {
        this.peer = peer;
        this.self = self;
        this.transportListener = transportListener;
        this.sockets = sockets;
        this.sendQueues = sendQueues;
        sendQueue = new SendQueue(budget);
        sendQueues.add(sendQueue);
        socket = sockets.openPublisher(peer.address());
        notReadySince = now;
    }

    ZMQ.Socket socket() {
        return socket;
    }

    boolean isReady() {
        return ready;
    }

    /** When there is something to do, though nothing comes in. */
    long nextDeadline(long now) {
        if (full) {
            return now + FULL_RETRY_NANOS;
        }
        long due = ready ? lastReceivedAt + IDLE_TIMEOUT_NANOS : notReadySince + reconnectNanos;
        return subscribed && nextHeartbeat - due < 0 ? nextHeartbeat : due;
    }

    // ---- what the peer says

    /**
     * Whether this is the next from the peer, perhaps after some that are lost. What is left of a connection that was
     * given up may come after the first words of the next one; it is as good as lost then.
     */
    boolean isNext(Envelope message) {
        boolean next = heartbeatReceived && message.sequence() > lastSequence;
        lastSequence = next ? message.sequence() : lastSequence;
        return next;
    }

    /** Anything at all from the peer. */
    void recordReceived(long now) {
        lastReceivedAt = now;
        if (!receiving) {
            receiving = true;
            nextHeartbeat = now; // so that it learns it at once
        }
    }

    /** The first word of the peer, and one a second. */
    void handleHeartbeat(boolean hearsUs, long now) {
        heartbeatReceived = true;
        recordReceived(now);
        if (hearsUs && subscribed) {
            ready = true;
            reconnectNanos = MIN_RECONNECT_NANOS;
        } else if (ready) {
            markNotReady(now);
        }
        if (!hearsUs) {
            nextHeartbeat = now; // it may have lost this node, and is back before that was noticed here
        }
    }

    private void markNotReady(long now) {
        ready = false;
        notReadySince = now;
    }

    // ---- what it is told

    /** Looks at everything, and does what is due. */
    void step(long now) {
        readSubscriptions(now);
        if (receiving && now - lastReceivedAt > IDLE_TIMEOUT_NANOS) {
            receiving = false;
            markNotReady(now);
        }
        if (!ready && now - notReadySince > reconnectNanos) {
            reconnect(now);
        }
        if (subscribed) {
            flush(now);
        }
    }

    private void readSubscriptions(long now) {
        for (byte[] frame = socket.recv(ZMQ.DONTWAIT); frame != null; frame = socket.recv(ZMQ.DONTWAIT)) {
            if (frame.length > 0 && frame[0] == 1) {
                subscribed(now);
            } else {
                disconnected(now);
            }
        }
    }

    private void subscribed(long now) {
        disconnected(now);
        subscribed = true;
        pending = write(new Frame.Heartbeat(sendQueues.open(sendQueue), receiving, transportListener.positions()));
        nextHeartbeat = now + EAGER_HEARTBEAT_NANOS;
    }

    private void disconnected(long now) {
        subscribed = false;
        full = false;
        pending = null;
        controls.clear();
        sendQueue.close();
        markNotReady(now);
    }

    private void reconnect(long now) {
        sockets.close(socket);
        socket = sockets.openPublisher(peer.address());
        disconnected(now);
        reconnectNanos = Math.min(MAX_RECONNECT_NANOS, 2 * reconnectNanos);
        reconnects.increment();
    }

    private void flush(long now) {
        for (byte[] frame = nextFrame(now); frame != null; frame = nextFrame(now)) {
            full = !socket.send(frame, ZMQ.DONTWAIT);
            if (full) {
                pending = frame;
                return;
            }
        }
    }

    private byte @Nullable [] nextFrame(long now) {
        byte[] frame = pending != null ? pending : controls.poll();
        pending = null;
        if (frame != null) {
            return frame;
        }
        SendQueue.SendBatch sendBatch = sendQueue.take(MAX_BATCH_BYTES);
        if (!sendBatch.messages().isEmpty()) {
            return write(new Frame.Messages(sendBatch.messages()));
        }
        if (now - nextHeartbeat < 0) {
            return null;
        }
        nextHeartbeat = now + (ready && receiving ? HEARTBEAT_NANOS : EAGER_HEARTBEAT_NANOS);
        return write(new Frame.Heartbeat(sendBatch.lastOffered(), receiving, transportListener.positions()));
    }

    /** Asks or answers. What is too much is left out: who asked asks again. */
    void enqueue(Frame.Body body) {
        if (subscribed && controls.size() < MAX_CONTROL_FRAMES) {
            controls.add(write(body));
        }
    }

    private byte[] write(Frame.Body body) {
        return FrameWriter.write(new Frame(self, peer.origin(), body));
    }

    void close() {
        ready = false;
        sendQueues.remove(sendQueue);
        sockets.close(socket);
    }

    TransportStats.PeerStats stats() {
        return sendQueue.stats(peer.origin(), ready, reconnects.sum());
    }
}
