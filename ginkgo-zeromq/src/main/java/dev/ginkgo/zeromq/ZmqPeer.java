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
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Connection to one peer: a socket that connects to the socket of the peer, and the queue of frames to send.
 *
 * <pre>
 *              subscription frame             heartbeat: the peer receives
 *   connecting -----------------&gt; subscribed -----------------------------&gt; ready
 *       ^  ^                          |                                        |
 *       |  '------ disconnected ------+----------------------------------------'
 *       |                             |                                        |
 *       '--- new socket, after 1 s without progress --- subscribed &lt;-- timeout -'
 * </pre>
 *
 * Used by the event loop thread, except for {@link #stats} and {@link #frames}.
 */
final class ZmqPeer {
    private static final long HEARTBEAT_NANOS = Transport.HEARTBEAT_INTERVAL.toNanos();
    private static final long EAGER_HEARTBEAT_NANOS = Duration.ofMillis(100).toNanos();

    /** Maximum time without a frame from the peer: three heartbeats and a margin. */
    private static final long IDLE_TIMEOUT_NANOS = Duration.ofMillis(3_500).toNanos();

    private static final long MIN_RECONNECT_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long MAX_RECONNECT_NANOS = Duration.ofSeconds(4).toNanos();

    private static final long MAX_BATCH_BYTES = 64 * 1024;

    /** As much as is read from a connection before other connections get their turn. */
    private static final long MAX_TURN_BYTES = 1024 * 1024;

    private static final int MAX_CONTROL_FRAMES = 64;

    final Peer peer;

    private final NodeIncarnation self;
    private final TransportListener transportListener;
    private final ZmqSockets sockets;
    private final SendQueues sendQueues;
    private final SendQueue sendQueue;
    private final Queue<byte[]> controlFrames = new ArrayDeque<>();

    private PublisherSocket socket;
    private long subscription; // of the peer; 0 if there is none
    private final Deque<byte[]> pending = new ArrayDeque<>(2); // sent before all others
    private boolean messagesNext; // control frames and messages alternate, so that neither delay the other
    private long notReadySince;
    private long reconnectNanos = MIN_RECONNECT_NANOS;
    private long nextHeartbeat;

    private Frame.Features features = Frame.Features.NONE;
    private boolean heartbeatReceived;
    private long lastSequence;
    private boolean receiving;
    private long lastReceivedAt;

    private volatile boolean ready;
    private final LongAdder reconnects = new LongAdder();
    private final LongAdder frames = new LongAdder();

    ZmqPeer(
            Peer peer,
            NodeIncarnation self,
            TransportListener transportListener,
            ZmqSockets sockets,
            SendQueues sendQueues,
            long maxQueueBytes,
            long now) {
        this.peer = peer;
        this.self = self;
        this.transportListener = transportListener;
        this.sockets = sockets;
        this.sendQueues = sendQueues;
        sendQueue = new SendQueue(maxQueueBytes);
        sendQueues.add(sendQueue);
        socket = sockets.openPublisher(peer.address(), now);
        notReadySince = now;
    }

    boolean isReady() {
        return ready;
    }

    /** Returns when {@link #step} must be called next, even if nothing is received. */
    long nextDeadline(long now) {
        long deadline = ready ? lastReceivedAt + IDLE_TIMEOUT_NANOS : waitingSince() + reconnectNanos;
        if (subscription != 0 && !socket.hasRoom()) {
            return deadline; // the event loop is woken when there is room for a heartbeat
        }
        long other = subscription == 0 ? socket.nextDeadline(now) : nextHeartbeat;
        return other - deadline < 0 ? other : deadline;
    }

    // ---- received frames

    /**
     * Returns whether the message is newer than all previous ones of the peer, possibly after a missing range; records
     * it as the latest if so. Messages from a previous connection may arrive after the first heartbeat of the next one;
     * they are dropped, and retransmitted like lost ones.
     */
    boolean isNext(Envelope message) {
        boolean next = heartbeatReceived && message.sequence() > lastSequence;
        lastSequence = next ? message.sequence() : lastSequence;
        return next;
    }

    /** Records that a frame was received from the peer. */
    void recordReceived(long now) {
        lastReceivedAt = now;
        if (!receiving) {
            receiving = true;
            nextHeartbeat = now; // notifies the peer immediately
        }
    }

    /** Records which features of the format the peer can read. */
    void handleFeatures(Frame.Features announced) {
        features = announced;
    }

    /**
     * Handles a heartbeat of the peer.
     *
     * @param peerReceives whether the peer receives frames from this node
     */
    void handleHeartbeat(boolean peerReceives, long now) {
        heartbeatReceived = true;
        recordReceived(now);
        if (peerReceives && subscription != 0) {
            if (!ready) {
                enqueue(Frame.Features.SUPPORTED); // the peer may have dropped earlier ones from an unknown sender
            }
            ready = true;
            reconnectNanos = MIN_RECONNECT_NANOS;
        } else if (ready) {
            markNotReady(now);
        }
        if (!peerReceives) {
            // The peer may have restarted the connection before this node detected that it was lost.
            nextHeartbeat = now;
        }
    }

    private void markNotReady(long now) {
        ready = false;
        notReadySince = now;
    }

    // ---- sending

    /** Does the work that is due: follows the subscription of the peer, checks timeouts, reconnects, sends. */
    void step(long now) {
        socket.step(now);
        followSubscription(now);
        if (receiving && now - lastReceivedAt > IDLE_TIMEOUT_NANOS) {
            receiving = false;
            markNotReady(now);
        }
        if (!ready && now - waitingSince() > reconnectNanos) {
            reconnect(now);
        }
        if (subscription != 0) {
            flush(now);
            followSubscription(now); // it ends if the write fails
        }
    }

    /** Returns since when nothing has happened that brings the connection closer to being ready. */
    private long waitingSince() {
        long progressAt = socket.progressAt();
        return progressAt - notReadySince > 0 ? progressAt : notReadySince;
    }

    private void followSubscription(long now) {
        long current = socket.subscription();
        if (current != subscription) {
            disconnected(now);
            subscription = current;
            if (current != 0) {
                subscribed(now);
            }
        }
    }

    private void subscribed(long now) {
        pending.add(write(Frame.Features.SUPPORTED));
        pending.add(write(new Frame.Heartbeat(sendQueues.open(sendQueue), receiving, transportListener.positions())));
        nextHeartbeat = now + EAGER_HEARTBEAT_NANOS;
    }

    private void disconnected(long now) {
        subscription = 0;
        pending.clear();
        controlFrames.clear();
        sendQueue.close();
        markNotReady(now);
    }

    private void reconnect(long now) {
        socket.close();
        socket = sockets.openPublisher(peer.address(), now);
        disconnected(now);
        reconnectNanos = Math.min(MAX_RECONNECT_NANOS, 2 * reconnectNanos);
        reconnects.increment();
    }

    /**
     * Sends what waits, as far as the connection accepts it; the event loop is woken when it accepts more. After a number of
     * bytes it is the turn of other connections first.
     */
    private void flush(long now) {
        long sent = 0;
        for (boolean sending = true; sending && socket.hasRoom(); ) {
            byte[] frame = sent < MAX_TURN_BYTES ? nextFrame(now) : null;
            sending = frame != null;
            if (frame != null) {
                socket.send(frame);
                frames.increment();
                sent += frame.length;
            }
            if (!sending || !socket.hasRoom()) {
                socket.flush(now);
            }
        }
        if (sent >= MAX_TURN_BYTES && socket.hasRoom()) {
            sockets.selector().wake();
        }
    }

    private byte @Nullable [] nextFrame(long now) {
        byte[] frame = pending.poll();
        if (frame != null) {
            return frame;
        }
        boolean controlFirst = !messagesNext || sendQueue.isEmpty();
        byte[] controlFrame = controlFirst ? controlFrames.poll() : null;
        if (controlFrame != null) {
            messagesNext = true;
            return controlFrame;
        }
        messagesNext = false;
        boolean heartbeatDue = now - nextHeartbeat >= 0;
        if (!heartbeatDue && sendQueue.isEmpty()) {
            return null;
        }
        SendQueue.SendBatch sendBatch = sendQueue.take(MAX_BATCH_BYTES);
        if (!sendBatch.messages().isEmpty()) {
            if (heartbeatDue) { // it has the positions of other origins, so it does not wait until the queue is empty
                addHeartbeat(sendBatch.messages().getLast().sequence(), now);
            }
            return write(new Frame.Messages(sendBatch.messages()));
        }
        if (heartbeatDue) {
            addHeartbeat(sendBatch.lastOffered(), now);
        }
        return pending.poll();
    }

    /**
     * Adds a heartbeat to the frames that are sent next.
     *
     * @param last a message up to which all have been sent or dropped
     */
    private void addHeartbeat(long last, long now) {
        nextHeartbeat = now + (ready && receiving ? HEARTBEAT_NANOS : EAGER_HEARTBEAT_NANOS);
        if (!ready) {
            pending.add(write(Frame.Features.SUPPORTED));
        }
        pending.add(write(new Frame.Heartbeat(last, receiving, transportListener.positions())));
    }

    /**
     * Queues a request or a response. Dropped if too many are queued, or the peer is not connected; requests are
     * repeated.
     */
    void enqueue(Frame.Body body) {
        if (subscription != 0 && controlFrames.size() < MAX_CONTROL_FRAMES) {
            controlFrames.add(write(body));
        }
    }

    private byte[] write(Frame.Body body) {
        return FrameWriter.write(new Frame(self, peer.origin(), body), features);
    }

    void close() {
        ready = false;
        sendQueues.remove(sendQueue);
        socket.close();
    }

    /** Returns how many frames were sent. */
    long frames() {
        return frames.sum();
    }

    TransportStats.PeerStats stats() {
        return sendQueue.stats(peer.origin(), ready, reconnects.sum());
    }
}
