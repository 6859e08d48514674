package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import dev.ginkgo.hub.spi.TransportListener;
import dev.ginkgo.time.TimeSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings what other nodes publish into this node's {@link ReplicationSink}: first what a peer holds already ({@link StateTransfer}),
 * then each origin in its order, each message once; what is missing is fetched from peers, or told.
 *
 * <p>The lives of a node come one after another: nothing of the next is let in before all that is known to be there of
 * the one before is here, or given up. Under its monitor it calls the ledger and asks peers, neither of which waits or
 * calls back.
 */
final class Replicator implements TransportListener {
    private static final Comparator<NodeIncarnation> BY_INCARNATION =
            Comparator.comparingLong(NodeIncarnation::incarnation);

    private final NodeIncarnation self;
    private final ReplicationSink sink;
    private final PeerRequests requests;
    private final Runnable onChange;
    private final TimeSource timeSource;
    private volatile Set<NodeIncarnation> ready = Set.of();
    private volatile boolean complete;

    // guarded by this
    private final StateTransfer stateTransfer;
    private final Map<String, OriginReceiver> receivers =
            new LinkedHashMap<>(); // by the node's name, those heard of last at the end
    private final List<OriginReceiver> ending = new ArrayList<>();
    private final EndedIncarnations endedIncarnations = new EndedIncarnations();
    private Set<NodeIncarnation> expected = Set.of();

    /** How peers are asked. */
    record PeerRequests(BiConsumer<NodeIncarnation, SequenceRange> range, BiConsumer<NodeIncarnation, Long> snapshot) {}

    /**
     * Begins with nothing.
     *
     * @param changed is told after each change of {@link #readyPeers}, and of {@link #isComplete}
     */
    Replicator(
            NodeIncarnation self,
            ReplicationSink replicationSink,
            PeerRequests ask,
            Runnable changed,
            TimeSource timeSource) {
        this.self = self;
        this.sink = replicationSink;
        this.requests = ask;
        this.onChange = changed;
        this.timeSource = timeSource;
        stateTransfer = new StateTransfer(replicationSink, ask.snapshot());
    }

    /** The peers that hear this node. */
    Set<NodeIncarnation> readyPeers() {
        return ready;
    }

    /** Whether what others held when this node began is here, as far as it is to be had. */
    boolean isComplete() {
        return complete;
    }

    /** Who is in the roster. */
    synchronized void expect(Set<NodeIncarnation> peers) {
        expected = peers;
    }

    /** Whether those have nothing that could be taken over, as each of them has said; also if there are none. */
    synchronized boolean hasNothingToTransfer(Set<NodeIncarnation> peers) {
        return stateTransfer.hasNothingToTransfer(peers);
    }

    /** Waits no longer for what others hold. */
    synchronized void start() {
        stateTransfer.stop();
        finishTransfer();
    }

    /** Looks after what is missing; several times in each {@link MissingRange#MAX_WAIT}. */
    synchronized void tick() {
        long now = timeSource.nanos();
        if (!complete) {
            stateTransfer.tick(now);
            finishTransfer();
        }
        List.copyOf(ending).forEach(originReceiver -> {
            originReceiver.tick(now);
            closeIfSettled(originReceiver);
        });
        receivers.values().forEach(originReceiver -> originReceiver.tick(now));
    }

    // ---- what peers say

    @Override
    public synchronized void heartbeat(NodeIncarnation peer, long last, Map<NodeIncarnation, Long> others) {
        long now = timeSource.nanos();
        if (!complete) {
            stateTransfer.peerAvailable(peer, now);
        }
        others.entrySet().stream() // earlier lives first, or the later one would be the present one, and they too late
                .sorted(Map.Entry.comparingByKey(BY_INCARNATION))
                .forEach(each -> gossip(each.getKey(), each.getValue(), now));
        OriginReceiver originReceiver = receiver(peer);
        if (originReceiver != null) {
            originReceiver.heartbeat(last, now);
        }
    }

    private void gossip(NodeIncarnation nodeIncarnation, long theirs, long now) {
        Optional<OriginReceiver> ends = ending.stream()
                .filter(each -> each.nodeIncarnation.equals(nodeIncarnation))
                .findFirst();
        if (ends.isPresent()) {
            ends.get().heartbeat(theirs, now);
            closeIfSettled(ends.get());
        } else if (isEnded(nodeIncarnation)) {
            reportLate(nodeIncarnation, theirs);
        } else if (!isForgotten(nodeIncarnation, theirs)) {
            OriginReceiver originReceiver = receiver(nodeIncarnation);
            if (originReceiver != null) {
                originReceiver.gossip(theirs, now);
            }
        }
    }

    @Override
    public synchronized void received(Envelope message) {
        OriginReceiver originReceiver = receiver(message.origin());
        if (originReceiver != null) {
            originReceiver.received(message, timeSource.nanos());
        }
    }

    @Override
    public RangeResponse readRange(SequenceRange asked) {
        return sink.readRange(asked);
    }

    @Override
    public synchronized void rangeReceived(NodeIncarnation peer, RangeResponse rangeResponse) {
        NodeIncarnation nodeIncarnation = rangeResponse.range().origin();
        for (OriginReceiver originReceiver : List.copyOf(ending)) {
            if (originReceiver.nodeIncarnation.equals(nodeIncarnation)) {
                originReceiver.rangeReceived(peer, rangeResponse, timeSource.nanos());
                closeIfSettled(originReceiver);
                return;
            }
        }
        OriginReceiver originReceiver = receiver(nodeIncarnation);
        if (originReceiver != null) {
            originReceiver.rangeReceived(peer, rangeResponse, timeSource.nanos());
        }
    }

    @Override
    public synchronized Map<NodeIncarnation, Long> positions() {
        Map<NodeIncarnation, Long> positions = new LinkedHashMap<>();
        receivers
                .values()
                .forEach(originReceiver -> positions.put(originReceiver.nodeIncarnation, originReceiver.position()));
        ending.forEach(originReceiver -> positions.put(originReceiver.nodeIncarnation, originReceiver.position()));
        endedIncarnations.addTo(positions, MAX_POSITIONS);
        return positions;
    }

    @Override
    public void readyPeersChanged(Set<NodeIncarnation> peers) {
        ready = peers;
        onChange.run();
    }

    // ---- what was before this node

    @Override
    public synchronized SnapshotChunk readSnapshot(long after) {
        if (!complete) {
            return SnapshotChunk.empty(after);
        }
        SnapshotChunk mine = sink.readSnapshot(after, self);
        return new SnapshotChunk(
                after, mine.items(), mine.through(), mine.lost(), mine.end().map(this::withPositions));
    }

    private SnapshotChunk.End withPositions(SnapshotChunk.End end) {
        Map<NodeIncarnation, Long> all = new HashMap<>(positions());
        all.putAll(end.positions());
        return new SnapshotChunk.End(end.complete(), all, end.evicted());
    }

    @Override
    public synchronized void snapshots(NodeIncarnation peer, SnapshotChunk some) {
        stateTransfer.chunkReceived(peer, some, timeSource.nanos());
        finishTransfer();
    }

    private void finishTransfer() {
        if (complete || !stateTransfer.isFinished()) {
            return;
        }
        complete = true;
        long now = timeSource.nanos();
        stateTransfer.positions().entrySet().stream()
                .sorted(Map.Entry.comparingByKey(BY_INCARNATION))
                .forEach(each -> {
                    OriginReceiver originReceiver = receiver(each.getKey());
                    if (originReceiver != null) {
                        originReceiver.skipTo(each.getValue(), now);
                    } else if (!each.getKey().equals(self)) {
                        endedIncarnations.put(each.getKey(), each.getValue());
                    }
                });
        receivers.values().forEach(originReceiver -> originReceiver.start(now));
        onChange.run();
    }

    // ---- the lives of a node

    /** Whether it is of an earlier life than the one that is known. */
    private boolean isEnded(NodeIncarnation nodeIncarnation) {
        if (nodeIncarnation.name().equals(self.name())) {
            return nodeIncarnation.incarnation() < self.incarnation();
        }
        OriginReceiver present = receivers.get(nodeIncarnation.name());
        return present != null && present.nodeIncarnation.incarnation() > nodeIncarnation.incarnation();
    }

    /** Whether there were too many names to remember this one, and nothing of it is missing here. */
    private boolean isForgotten(NodeIncarnation nodeIncarnation, long theirs) {
        Long known = endedIncarnations.get(nodeIncarnation);
        return known != null && known >= theirs && !receivers.containsKey(nodeIncarnation.name());
    }

    /** So far has a life come to another node that is over here: what is not here comes too late. */
    private void reportLate(NodeIncarnation nodeIncarnation, long theirs) {
        Long known = endedIncarnations.get(nodeIncarnation);
        if (!complete || endedIncarnations.isTooOld(nodeIncarnation) || (known != null && known >= theirs)) {
            return;
        }
        if (known == null) {
            sink.incarnationSeen(nodeIncarnation);
        }
        long from = known == null ? 1 : known + 1;
        if (theirs >= from) {
            sink.lost(new ReplicationSink.Loss(new SequenceRange(nodeIncarnation, from, theirs), Set.of(), false));
        }
        endedIncarnations.put(nodeIncarnation, theirs);
    }

    private void closeIfSettled(OriginReceiver originReceiver) {
        if (originReceiver.isSettled() && ending.remove(originReceiver)) {
            endedIncarnations.put(originReceiver.nodeIncarnation, originReceiver.position());
            OriginReceiver next = receivers.get(originReceiver.nodeIncarnation.name());
            if (next != null) {
                next.advance(timeSource.nanos());
            }
        }
    }

    private boolean isHeldBack(NodeIncarnation nodeIncarnation) {
        return !complete
                || ending.stream()
                        .anyMatch(each -> each.nodeIncarnation.name().equals(nodeIncarnation.name())
                                && each.nodeIncarnation.incarnation() < nodeIncarnation.incarnation());
    }

    /** Null for what this node itself has published, and for a life that is over. */
    private @Nullable OriginReceiver receiver(NodeIncarnation nodeIncarnation) {
        if (nodeIncarnation.name().equals(self.name())) {
            return null;
        }
        OriginReceiver present = receivers.get(nodeIncarnation.name());
        if (present != null && present.nodeIncarnation.incarnation() >= nodeIncarnation.incarnation()) {
            return present.nodeIncarnation.equals(nodeIncarnation) ? present : null;
        }
        OriginReceiver fresh = new OriginReceiver(
                nodeIncarnation, sink, () -> ready, requests.range(), () -> isHeldBack(nodeIncarnation));
        receivers.remove(nodeIncarnation.name());
        receivers.put(nodeIncarnation.name(), fresh);
        sink.incarnationSeen(nodeIncarnation);
        if (present != null && complete) {
            ending.add(present);
            present.incarnationEnded(timeSource.nanos());
            closeIfSettled(present);
        }
        Long before = endedIncarnations.get(nodeIncarnation);
        if (before != null) { // it was forgotten here, and is back
            fresh.skipTo(before, timeSource.nanos());
        }
        if (receivers.size() > MAX_POSITIONS) {
            evictOne();
        }
        return fresh;
    }

    /** The one heard of first of those who have gone; if all are here, of all. */
    private void evictOne() {
        OriginReceiver oldest = receivers.values().stream()
                .filter(each -> !expected.contains(each.nodeIncarnation))
                .findFirst()
                .orElse(receivers.values().iterator().next());
        oldest.declareLost();
        endedIncarnations.put(oldest.nodeIncarnation, oldest.position());
        receivers.remove(oldest.nodeIncarnation.name());
    }
}
