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
 * The one thread that touches the sockets of a run: JeroMQ's sockets may be used by one only, and one poll over all of
 * them needs no more. Others leave what they want here, and wake it.
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
    private final UnknownSenders unknownSenders = new UnknownSenders(); // used by the owner
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

    // ---- any thread

    SendQueues backlogs() {
        return sendQueues;
    }

    void wake() {
        selectorWakeup.wake();
    }

    void setPeers(Set<Peer> peers) {
        targetPeers = Set.copyOf(peers);
        wake();
    }

    void request(NodeIncarnation peer, Frame.Body question) {
        if (requests.size() < MAX_PENDING_REQUESTS) {
            requests.add(new PendingRequest(peer, question));
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

    // ---- the owner

    /** Until {@link #stop}. */
    void run() throws IOException {
        try {
            Set<Peer> present = Set.of();
            ZMQ.Poller poller = poller();
            while (!stopping) {
                poller.poll(pollTimeoutMillis());
                selectorWakeup.reset();
                boolean changed = !targetPeers.equals(present);
                if (changed) {
                    present = targetPeers;
                    reconcile(present);
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
        peersByOrigin.values().forEach(link -> poller.register(link.socket(), ZMQ.Poller.POLLIN));
        return poller;
    }

    private long pollTimeoutMillis() {
        long now = timeSource.nanos();
        long pause = TimeUnit.SECONDS.toNanos(1);
        for (ZmqPeer link : peersByOrigin.values()) {
            pause = Math.min(pause, link.nextDeadline(now) - now);
        }
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(pause) + 1);
    }

    private void reconcile(Set<Peer> present) {
        peersByOrigin.values().removeIf(link -> {
            boolean gone = !present.contains(link.peer);
            if (gone) {
                link.close();
            }
            return gone;
        });
        for (Peer peer : present) {
            unknownSenders.remove(peer.origin());
            peersByOrigin.computeIfAbsent(
                    peer.origin(),
                    nodeIncarnation -> new ZmqPeer(
                            peer,
                            self,
                            transportListener,
                            sockets,
                            sendQueues,
                            limits.maxQueueBytes(),
                            timeSource.nanos()));
        }
    }

    /** Whether a socket has been replaced. */
    @SuppressWarnings("ReferenceEquality") // this very socket
    private boolean step() {
        boolean replaced = false;
        for (ZmqPeer link : peersByOrigin.values()) {
            ZMQ.Socket before = link.socket();
            link.step(timeSource.nanos());
            replaced |= link.socket() != before;
        }
        return replaced;
    }

    private void sendRequests() {
        for (PendingRequest pendingRequest = requests.poll();
                pendingRequest != null;
                pendingRequest = requests.poll()) {
            ZmqPeer link = peersByOrigin.get(pendingRequest.peer);
            if (link != null) {
                link.enqueue(pendingRequest.body);
            }
        }
    }

    private void notifyReady() {
        Set<NodeIncarnation> now = new HashSet<>();
        peersByOrigin.forEach((nodeIncarnation, link) -> {
            if (link.isReady()) {
                now.add(nodeIncarnation);
            }
        });
        if (!now.equals(ready)) {
            ready = Set.copyOf(now);
            transportListener.readyPeersChanged(ready);
        }
    }

    // ---- what comes in

    private void receive() {
        for (int i = 0; i < RECEIVE_BATCH; i++) {
            byte[] bytes = incoming.recv(ZMQ.DONTWAIT);
            if (bytes == null) {
                return;
            }
            boolean more = incoming.hasReceiveMore();
            while (incoming.hasReceiveMore()) {
                incoming.recv(ZMQ.DONTWAIT);
            }
            try {
                if (more) {
                    throw new InvalidFrameException("it comes in several parts");
                }
                handle(FrameReader.read(bytes));
            } catch (InvalidFrameException e) {
                rejected.increment();
                rejectedLog.warn(LOG, "dropped what a stranger has sent: " + e.getMessage());
            }
        }
    }

    private void handle(Frame frame) throws InvalidFrameException {
        ZmqPeer link = peersByOrigin.get(frame.from());
        boolean ours = frame.to().equals(self);
        if (link == null && ours && !unknownSenders.exceedsGrace(frame.from(), timeSource.nanos())) {
            rejected.increment(); // no word of it: the roster is about to have it
            return;
        }
        if (link == null || !ours) {
            throw new InvalidFrameException("it is from " + frame.from() + " to " + frame.to() + ", and this is " + self
                    + ", whose roster " + (link == null ? "does not have the sender" : "is right"));
        }
        long now = timeSource.nanos();
        link.recordReceived(now);
        switch (frame.body()) {
            case Frame.Heartbeat(long last, boolean hears, Map<NodeIncarnation, Long> others) -> {
                link.handleHeartbeat(hears, now);
                transportListener.heartbeat(frame.from(), last, others);
            }
            case Frame.Messages(var messages) ->
                messages.stream().filter(link::isNext).forEach(transportListener::received);
            case Frame.RangeRequest(SequenceRange sequenceRange) ->
                link.enqueue(new Frame.RangeReply(withoutOversized(transportListener.readRange(sequenceRange))));
            case Frame.RangeReply(var rangeResponse) -> transportListener.rangeReceived(frame.from(), rangeResponse);
            case Frame.SnapshotRequest(long after) ->
                link.enqueue(new Frame.SnapshotReply(withoutOversized(transportListener.readSnapshot(after))));
            case Frame.SnapshotReply(var snapshotChunk) ->
                transportListener.snapshotReceived(frame.from(), snapshotChunk);
        }
    }

    /** What is too large for a frame is as good as gone. */
    private RangeResponse withoutOversized(RangeResponse rangeResponse) {
        List<Envelope> messages = rangeResponse.messages().stream()
                .filter(message -> message.payload().length <= limits.maxMessageBytes())
                .toList();
        return new RangeResponse(rangeResponse.range(), messages, rangeResponse.through());
    }

    /** The same of all that is held: what is too large is told. */
    private SnapshotChunk withoutOversized(SnapshotChunk some) {
        List<SnapshotChunk.Item> items = new ArrayList<>();
        Map<NodeIncarnation, Long> lost = new HashMap<>(some.lost());
        for (SnapshotChunk.Item item : some.items()) {
            if (item.message().payload().length <= limits.maxMessageBytes()) {
                items.add(item);
            } else {
                lost.merge(item.message().origin(), item.message().sequence(), Math::max);
            }
        }
        return new SnapshotChunk(some.after(), items, some.through(), lost, some.end());
    }
}
