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
    private static final long BEAT = Transport.BEAT.toNanos();
    private static final long EAGER_BEAT = Duration.ofMillis(100).toNanos();

    /** How long a peer may say nothing: three beats, and a bit. */
    private static final long SILENCE = Duration.ofMillis(3_500).toNanos();

    private static final long FIRST_PATIENCE = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_PATIENCE = Duration.ofSeconds(4).toNanos();

    /** The pause before a full socket is tried again; an XPUB cannot be polled for room. */
    private static final long FULL = Duration.ofMillis(1).toNanos();

    private static final long AT_ONCE = 64 * 1024;
    private static final int CONTROLS = 64;

    final Peer peer;

    private final NodeIncarnation self;
    private final TransportListener inbox;
    private final ZmqSockets sockets;
    private final SendQueues backlogs;
    private final SendQueue backlog;
    private final Queue<byte[]> controls = new ArrayDeque<>();

    private ZMQ.Socket socket;
    private boolean subscribed;
    private byte @Nullable [] pending;
    private boolean full;
    private long since;
    private long patience = FIRST_PATIENCE;
    private long beatAt;

    private boolean greeted;
    private long received;
    private boolean hears;
    private long heardAt;

    private volatile boolean ready;
    private final LongAdder reconnects = new LongAdder();

    ZmqPeer(Peer peer, NodeIncarnation self, TransportListener inbox, ZmqSockets sockets, SendQueues backlogs, long budget, long now) {
        this.peer = peer;
        this.self = self;
        this.inbox = inbox;
        this.sockets = sockets;
        this.backlogs = backlogs;
        backlog = new SendQueue(budget);
        backlogs.add(backlog);
        socket = sockets.connected(peer.address());
        since = now;
    }

    ZMQ.Socket socket() {
        return socket;
    }

    boolean isReady() {
        return ready;
    }

    /** When there is something to do, though nothing comes in. */
    long due(long now) {
        if (full) {
            return now + FULL;
        }
        long due = ready ? heardAt + SILENCE : since + patience;
        return subscribed && beatAt - due < 0 ? beatAt : due;
    }

    // ---- what the peer says

    /**
     * Whether this is the next from the peer, perhaps after some that are lost. What is left of a connection that was
     * given up may come after the first words of the next one; it is as good as lost then.
     */
    boolean isNext(Envelope message) {
        boolean next = greeted && message.sequence() > received;
        received = next ? message.sequence() : received;
        return next;
    }

    /** Anything at all from the peer. */
    void heard(long now) {
        heardAt = now;
        if (!hears) {
            hears = true;
            beatAt = now; // so that it learns it at once
        }
    }

    /** The first word of the peer, and one a second. */
    void beat(boolean hearsUs, long now) {
        greeted = true;
        heard(now);
        if (hearsUs && subscribed) {
            ready = true;
            patience = FIRST_PATIENCE;
        } else if (ready) {
            unready(now);
        }
        if (!hearsUs) {
            beatAt = now; // it may have lost this node, and is back before that was noticed here
        }
    }

    private void unready(long now) {
        ready = false;
        since = now;
    }

    // ---- what it is told

    /** Looks at everything, and does what is due. */
    void step(long now) {
        readSubscriptions(now);
        if (hears && now - heardAt > SILENCE) {
            hears = false;
            unready(now);
        }
        if (!ready && now - since > patience) {
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
        pending = write(new Frame.Heartbeat(backlogs.open(backlog), hears, inbox.positions()));
        beatAt = now + EAGER_BEAT;
    }

    private void disconnected(long now) {
        subscribed = false;
        full = false;
        pending = null;
        controls.clear();
        backlog.shut();
        unready(now);
    }

    private void reconnect(long now) {
        sockets.close(socket);
        socket = sockets.connected(peer.address());
        disconnected(now);
        patience = Math.min(LONGEST_PATIENCE, 2 * patience);
        reconnects.increment();
    }

    private void flush(long now) {
        for (byte[] frame = next(now); frame != null; frame = next(now)) {
            full = !socket.send(frame, ZMQ.DONTWAIT);
            if (full) {
                pending = frame;
                return;
            }
        }
    }

    private byte @Nullable [] next(long now) {
        byte[] frame = pending != null ? pending : controls.poll();
        pending = null;
        if (frame != null) {
            return frame;
        }
        SendQueue.SendBatch load = backlog.take(AT_ONCE);
        if (!load.messages().isEmpty()) {
            return write(new Frame.Messages(load.messages()));
        }
        if (now - beatAt < 0) {
            return null;
        }
        beatAt = now + (ready && hears ? BEAT : EAGER_BEAT);
        return write(new Frame.Heartbeat(load.last(), hears, inbox.positions()));
    }

    /** Asks or answers. What is too much is left out: who asked asks again. */
    void say(Frame.Body body) {
        if (subscribed && controls.size() < CONTROLS) {
            controls.add(write(body));
        }
    }

    private byte[] write(Frame.Body body) {
        return FrameWriter.write(new Frame(self, peer.origin(), body));
    }

    void close() {
        ready = false;
        backlogs.remove(backlog);
        sockets.close(socket);
    }

    TransportStats.PeerStats stats() {
        return backlog.stats(peer.origin(), ready, reconnects.sum());
    }
}
