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
    private static final int AT_ONCE = 256;
    private static final int QUESTIONS = 1_000;

    private final NodeIncarnation self;
    private final TransportListener inbox;
    private final ZmqSockets sockets;
    private final ZMQ.Socket incoming;
    private final SelectorWakeup wake;
    private final TimeSource time;
    private final ZmqLimits limits;
    private final SendQueues backlogs = new SendQueues();
    private final LogRateLimiter strangers;

    private final Queue<PendingRequest> questions = new ConcurrentLinkedQueue<>();
    private final Map<NodeIncarnation, ZmqPeer> links = new ConcurrentHashMap<>();
    private final UnknownSenders newcomers = new UnknownSenders(); // used by the owner
    private final LongAdder refused = new LongAdder();
    private volatile Set<Peer> wanted = Set.of();
    private volatile Set<NodeIncarnation> ready = Set.of();
    private volatile boolean stopping;

    private record PendingRequest(NodeIncarnation peer, Frame.Body question) {}

    ZmqEventLoop(
            NodeIncarnation self, TransportListener inbox, ZmqSockets sockets, ZMQ.Socket incoming, SelectorWakeup wake, TimeSource time, ZmqLimits limits) {
        this.self = self;
        this.inbox = inbox;
        this.sockets = sockets;
        this.incoming = incoming;
        this.wake = wake;
        this.time = time;
        this.limits = limits;
        strangers = new LogRateLimiter(time);
    }

    // ---- any thread

    SendQueues backlogs() {
        return backlogs;
    }

    void wake() {
        wake.ring();
    }

    void want(Set<Peer> peers) {
        wanted = Set.copyOf(peers);
        wake();
    }

    void ask(NodeIncarnation peer, Frame.Body question) {
        if (questions.size() < QUESTIONS) {
            questions.add(new PendingRequest(peer, question));
            wake();
        }
    }

    Set<NodeIncarnation> ready() {
        return ready;
    }

    TransportStats stats() {
        List<TransportStats.PeerStats> peers =
                links.values().stream().map(ZmqPeer::stats).toList();
        return new TransportStats(peers, refused.sum());
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
                poller.poll(pause());
                wake.heard();
                boolean changed = !wanted.equals(present);
                if (changed) {
                    present = wanted;
                    reconcile(present);
                }
                receive();
                putQuestions();
                changed |= step();
                tellReady();
                if (changed) {
                    poller.close();
                    poller = poller();
                }
            }
            poller.close();
        } finally {
            links.values().forEach(ZmqPeer::close);
            sockets.close(incoming);
        }
    }

    private ZMQ.Poller poller() {
        ZMQ.Poller poller = sockets.poller(links.size() + 2);
        poller.register(wake.channel(), ZMQ.Poller.POLLIN);
        poller.register(incoming, ZMQ.Poller.POLLIN);
        links.values().forEach(link -> poller.register(link.socket(), ZMQ.Poller.POLLIN));
        return poller;
    }

    private long pause() {
        long now = time.nanos();
        long pause = TimeUnit.SECONDS.toNanos(1);
        for (ZmqPeer link : links.values()) {
            pause = Math.min(pause, link.due(now) - now);
        }
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(pause) + 1);
    }

    private void reconcile(Set<Peer> present) {
        links.values().removeIf(link -> {
            boolean gone = !present.contains(link.peer);
            if (gone) {
                link.close();
            }
            return gone;
        });
        for (Peer peer : present) {
            newcomers.met(peer.origin());
            links.computeIfAbsent(
                    peer.origin(),
                    origin -> new ZmqPeer(peer, self, inbox, sockets, backlogs, limits.queue(), time.nanos()));
        }
    }

    /** Whether a socket has been replaced. */
    @SuppressWarnings("ReferenceEquality") // this very socket
    private boolean step() {
        boolean replaced = false;
        for (ZmqPeer link : links.values()) {
            ZMQ.Socket before = link.socket();
            link.step(time.nanos());
            replaced |= link.socket() != before;
        }
        return replaced;
    }

    private void putQuestions() {
        for (PendingRequest ask = questions.poll(); ask != null; ask = questions.poll()) {
            ZmqPeer link = links.get(ask.peer);
            if (link != null) {
                link.say(ask.question);
            }
        }
    }

    private void tellReady() {
        Set<NodeIncarnation> now = new HashSet<>();
        links.forEach((origin, link) -> {
            if (link.isReady()) {
                now.add(origin);
            }
        });
        if (!now.equals(ready)) {
            ready = Set.copyOf(now);
            inbox.ready(ready);
        }
    }

    // ---- what comes in

    private void receive() {
        for (int i = 0; i < AT_ONCE; i++) {
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
                understand(FrameReader.read(bytes));
            } catch (InvalidFrameException e) {
                refused.increment();
                strangers.warn(LOG, "dropped what a stranger has sent: " + e.getMessage());
            }
        }
    }

    private void understand(Frame frame) throws InvalidFrameException {
        ZmqPeer link = links.get(frame.from());
        boolean ours = frame.to().equals(self);
        if (link == null && ours && !newcomers.isTooMuch(frame.from(), time.nanos())) {
            refused.increment(); // no word of it: the roster is about to have it
            return;
        }
        if (link == null || !ours) {
            throw new InvalidFrameException("it is from " + frame.from() + " to " + frame.to() + ", and this is " + self
                    + ", whose roster " + (link == null ? "does not have the sender" : "is right"));
        }
        long now = time.nanos();
        link.heard(now);
        switch (frame.body()) {
            case Frame.Heartbeat(long last, boolean hears, Map<NodeIncarnation, Long> others) -> {
                link.beat(hears, now);
                inbox.beat(frame.from(), last, others);
            }
            case Frame.Messages(var messages) ->
                messages.stream().filter(link::isNext).forEach(inbox::received);
            case Frame.RangeRequest(SequenceRange stretch) -> link.say(new Frame.RangeReply(carried(inbox.answer(stretch))));
            case Frame.RangeReply(var answer) -> inbox.answered(frame.from(), answer);
            case Frame.SnapshotRequest(long after) -> link.say(new Frame.SnapshotReply(carried(inbox.holdings(after))));
            case Frame.SnapshotReply(var holdings) -> inbox.held(frame.from(), holdings);
        }
    }

    /** What is too large for a frame is as good as gone. */
    private RangeResponse carried(RangeResponse answer) {
        List<Envelope> messages = answer.messages().stream()
                .filter(message -> message.payload().length <= limits.message())
                .toList();
        return new RangeResponse(answer.stretch(), messages, answer.through());
    }

    /** The same of all that is held: what is too large is told. */
    private SnapshotChunk carried(SnapshotChunk some) {
        List<SnapshotChunk.Item> items = new ArrayList<>();
        Map<NodeIncarnation, Long> lost = new HashMap<>(some.lost());
        for (SnapshotChunk.Item item : some.items()) {
            if (item.message().payload().length <= limits.message()) {
                items.add(item);
            } else {
                lost.merge(item.message().origin(), item.message().sequence(), Math::max);
            }
        }
        return new SnapshotChunk(some.after(), items, some.through(), lost, some.end());
    }
}
