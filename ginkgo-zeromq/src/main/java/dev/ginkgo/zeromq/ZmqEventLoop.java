package dev.ginkgo.zeromq;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SendQueues;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import dev.ginkgo.hub.spi.TransportListener;
import dev.ginkgo.hub.spi.TransportStats;
import dev.ginkgo.internal.concurrent.LogRateLimiter;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.ZMQ;

/**
 * Event loop on the only thread that uses the sockets of a run: JeroMQ sockets must be used by one thread, which polls
 * all of them. Other threads leave their requests here and wake it.
 */
final class ZmqEventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ZmqTransport.class);
    private static final int RECEIVE_BATCH = 256;
    private static final int MAX_PENDING_REQUESTS = 1_000;

    private final NodeIncarnation self;
    private final TransportListener transportListener;
    private final ZmqSockets sockets;
    private final ZMQ.Socket incoming;
    private final SelectorWakeup selectorWakeup;
    private final TimeSource timeSource;
    private final ZmqLimits limits;
    private final SendQueues sendQueues = new SendQueues();
    private final LogRateLimiter rejectedLog;

    private final Queue<PendingRequest> requests = new ConcurrentLinkedQueue<>();
    private final Map<NodeIncarnation, ZmqPeer> peersByOrigin = new ConcurrentHashMap<>();
    private final UnknownSenders unknownSenders = new UnknownSenders(); // used by the event loop thread
    private final LongAdder rejected = new LongAdder();
    private volatile Set<Peer> targetPeers = Set.of();
    private volatile Set<NodeIncarnation> ready = Set.of();
    private volatile boolean stopping;

    private record PendingRequest(NodeIncarnation peer, Frame.Body body) {}

    ZmqEventLoop(
            NodeIncarnation self,
            TransportListener transportListener,
            ZmqSockets sockets,
            ZMQ.Socket incoming,
            SelectorWakeup selectorWakeup,
            TimeSource timeSource,
            ZmqLimits limits) {
        this.self = self;
        this.transportListener = transportListener;
        this.sockets = sockets;
        this.incoming = incoming;
        this.selectorWakeup = selectorWakeup;
        this.timeSource = timeSource;
        this.limits = limits;
        rejectedLog = new LogRateLimiter(timeSource);
    }

    // ---- called by any thread

    SendQueues sendQueues() {
        return sendQueues;
    }

    void wake() {
        selectorWakeup.wake();
    }

    void setPeers(Set<Peer> peers) {
        targetPeers = Set.copyOf(peers);
        wake();
    }

    /** Sends a request to a peer. Dropped if too many are pending; the caller repeats requests that get no response. */
    void request(NodeIncarnation peer, Frame.Body body) {
        if (requests.size() < MAX_PENDING_REQUESTS) {
            requests.add(new PendingRequest(peer, body));
            wake();
        }
    }

    Set<NodeIncarnation> ready() {
        return ready;
    }

    TransportStats stats() {
        List<TransportStats.PeerStats> peers =
                peersByOrigin.values().stream().map(ZmqPeer::stats).toList();
        return new TransportStats(peers, rejected.sum());
    }

    void stop() {
        stopping = true;
        wake();
    }

    // ---- called by the event loop thread

    /** Runs until {@link #stop}; then closes all sockets. */
    void run() throws IOException {
        try {
            Set<Peer> current = Set.of(); // the peers that have a socket
            ZMQ.Poller poller = poller();
            while (!stopping) {
                poller.poll(pollTimeoutMillis());
                selectorWakeup.reset();
                boolean changed = !targetPeers.equals(current);
                if (changed) {
                    current = targetPeers;
                    reconcile(current);
                }
                receive();
                sendRequests();
                changed |= step();
                notifyReady();
                if (changed) {
                    poller.close();
                    poller = poller();
                }
            }
            poller.close();
        } finally {
            peersByOrigin.values().forEach(ZmqPeer::close);
            sockets.close(incoming);
        }
    }

    private ZMQ.Poller poller() {
        ZMQ.Poller poller = sockets.poller(peersByOrigin.size() + 2);
        poller.register(selectorWakeup.channel(), ZMQ.Poller.POLLIN);
        poller.register(incoming, ZMQ.Poller.POLLIN);
        peersByOrigin.values().forEach(peer -> poller.register(peer.socket(), ZMQ.Poller.POLLIN));
        return poller;
    }

    private long pollTimeoutMillis() {
        long now = timeSource.nanos();
        long timeoutNanos = TimeUnit.SECONDS.toNanos(1);
        for (ZmqPeer peer : peersByOrigin.values()) {
            timeoutNanos = Math.min(timeoutNanos, peer.nextDeadline(now) - now);
        }
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + 1);
    }

    private void reconcile(Set<Peer> current) {
        peersByOrigin.values().removeIf(each -> {
            boolean removed = !current.contains(each.peer);
            if (removed) {
                each.close();
            }
            return removed;
        });
        for (Peer each : current) {
            unknownSenders.remove(each.origin());
            peersByOrigin.computeIfAbsent(
                    each.origin(),
                    _ -> new ZmqPeer(
                            each,
                            self,
                            transportListener,
                            sockets,
                            sendQueues,
                            limits.maxQueueBytes(),
                            timeSource.nanos()));
        }
    }

    /** Does the work that is due for each peer; returns whether a socket was replaced. */
    @SuppressWarnings("ReferenceEquality") // compares identity
    private boolean step() {
        boolean replaced = false;
        for (ZmqPeer peer : peersByOrigin.values()) {
            ZMQ.Socket previous = peer.socket();
            peer.step(timeSource.nanos());
            replaced |= peer.socket() != previous;
        }
        return replaced;
    }

    private void sendRequests() {
        for (PendingRequest pendingRequest = requests.poll();
                pendingRequest != null;
                pendingRequest = requests.poll()) {
            ZmqPeer peer = peersByOrigin.get(pendingRequest.peer);
            if (peer != null) {
                peer.enqueue(pendingRequest.body);
            }
        }
    }

    private void notifyReady() {
        Set<NodeIncarnation> readyNow = new HashSet<>();
        peersByOrigin.forEach((nodeIncarnation, peer) -> {
            if (peer.isReady()) {
                readyNow.add(nodeIncarnation);
            }
        });
        if (!readyNow.equals(ready)) {
            ready = Set.copyOf(readyNow);
            transportListener.readyPeersChanged(ready);
        }
    }

    // ---- receiving

    private void receive() {
        for (int i = 0; i < RECEIVE_BATCH; i++) {
            byte[] bytes = incoming.recv(ZMQ.DONTWAIT);
            if (bytes == null) {
                return;
            }
            boolean multipart = incoming.hasReceiveMore();
            while (incoming.hasReceiveMore()) {
                incoming.recv(ZMQ.DONTWAIT);
            }
            try {
                if (multipart) {
                    throw new InvalidFrameException("multipart message");
                }
                handle(FrameReader.read(bytes));
            } catch (InvalidFrameException e) {
                rejected.increment();
                rejectedLog.warn(LOG, "rejected an invalid frame: " + e.getMessage());
            }
        }
    }

    private void handle(Frame frame) throws InvalidFrameException {
        ZmqPeer peer = peersByOrigin.get(frame.from());
        boolean addressedToThisNode = frame.to().equals(self);
        if (peer == null && addressedToThisNode && !unknownSenders.exceedsGrace(frame.from(), timeSource.nanos())) {
            rejected.increment(); // not logged: the sender is probably about to appear in the roster
            return;
        }
        if (peer == null) {
            throw new InvalidFrameException("sender " + frame.from() + " of a frame to " + frame.to()
                    + " is not in the roster of this node, " + self);
        }
        if (!addressedToThisNode) {
            throw new InvalidFrameException(
                    "frame from " + frame.from() + " is for " + frame.to() + ", but this node is " + self);
        }
        long now = timeSource.nanos();
        peer.recordReceived(now);
        switch (frame.body()) {
            case Frame.Features features -> peer.handleFeatures(features);
            case Frame.Heartbeat(long last, boolean receiving, Map<NodeIncarnation, Long> others) -> {
                peer.handleHeartbeat(receiving, now);
                transportListener.heartbeat(frame.from(), last, others);
            }
            case Frame.Messages(var messages) ->
                messages.stream().filter(peer::isNext).forEach(transportListener::received);
            case Frame.RangeRequest(SequenceRange sequenceRange) ->
                peer.enqueue(new Frame.RangeReply(withoutOversized(transportListener.readRange(sequenceRange))));
            case Frame.RangeReply(var rangeResponse) -> transportListener.rangeReceived(frame.from(), rangeResponse);
            case Frame.SnapshotRequest(long after) ->
                peer.enqueue(new Frame.SnapshotReply(withoutOversized(transportListener.readSnapshot(after))));
            case Frame.SnapshotReply(var snapshotChunk) ->
                transportListener.snapshotReceived(frame.from(), snapshotChunk);
        }
    }

    /** Removes messages that are too large for a frame; the peer treats them as evicted. */
    private RangeResponse withoutOversized(RangeResponse rangeResponse) {
        List<Envelope> messages = rangeResponse.messages().stream()
                .filter(message -> message.payload().length <= limits.maxMessageBytes())
                .toList();
        return new RangeResponse(rangeResponse.range(), messages, rangeResponse.through());
    }

    /** Removes messages that are too large for a frame, and adds them to the lost positions. */
    private SnapshotChunk withoutOversized(SnapshotChunk chunk) {
        List<SnapshotChunk.Item> items = new ArrayList<>();
        Map<NodeIncarnation, Long> lost = new HashMap<>(chunk.lost());
        for (SnapshotChunk.Item item : chunk.items()) {
            if (item.message().payload().length <= limits.maxMessageBytes()) {
                items.add(item);
            } else {
                lost.merge(item.message().origin(), item.message().sequence(), Math::max);
            }
        }
        return new SnapshotChunk(chunk.after(), items, chunk.through(), lost, chunk.end());
    }
}
