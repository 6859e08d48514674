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
import java.nio.channels.ServerSocketChannel;
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

/**
 * Event loop on the only thread that uses the sockets of a run. Other threads leave their requests here and wake it. What
 * has arrived is processed by this thread as well, up to the store of the hub.
 */
final class ZmqEventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ZmqTransport.class);
    private static final int MAX_PENDING_REQUESTS = 1_000;

    private final NodeIncarnation self;
    private final TransportListener transportListener;
    private final ZmqSockets sockets;
    private final EventSelector selector;
    private final SubscriberSocket incoming;
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
            ServerSocketChannel server,
            TimeSource timeSource,
            ZmqLimits limits)
            throws IOException {
        this.self = self;
        this.transportListener = transportListener;
        this.sockets = sockets;
        selector = sockets.selector();
        this.timeSource = timeSource;
        this.limits = limits;
        rejectedLog = new LogRateLimiter(timeSource);
        incoming = sockets.openSubscriber(server, new SubscriberSocket.Receiver() {
            @Override
            public void received(byte[] frame) {
                receive(frame);
            }

            @Override
            public void receivedMultipart() {
                reject("multipart message");
            }
        });
    }

    // ---- called by any thread

    SendQueues sendQueues() {
        return sendQueues;
    }

    void wake() {
        selector.wake();
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

    /** Returns how many frames were sent to the current peers. */
    long framesSent() {
        return peersByOrigin.values().stream().mapToLong(ZmqPeer::frames).sum();
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
            while (!stopping) {
                selector.select(selectTimeoutMillis());
                if (!targetPeers.equals(current)) {
                    current = targetPeers;
                    reconcile(current);
                }
                sendRequests();
                long now = timeSource.nanos();
                peersByOrigin.values().forEach(peer -> peer.step(now));
                incoming.step(now);
                notifyReady();
            }
        } finally {
            peersByOrigin.values().forEach(ZmqPeer::close);
            incoming.close();
        }
    }

    private long selectTimeoutMillis() {
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

    private void receive(byte[] bytes) {
        try {
            handle(FrameReader.read(bytes));
        } catch (InvalidFrameException e) {
            reject(String.valueOf(e.getMessage()));
        }
    }

    private void reject(String reason) {
        rejected.increment();
        rejectedLog.warn(LOG, "rejected an invalid frame: " + reason);
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
