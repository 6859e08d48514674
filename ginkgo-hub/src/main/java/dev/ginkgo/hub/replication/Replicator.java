package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import dev.ginkgo.hub.spi.TransportListener;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes the messages of other nodes to this node's {@link ReplicationSink}: first the state of a peer ({@link
 * StateTransfer}), then the messages of each origin, in order and each once. Missing ranges are requested from peers,
 * or reported as lost.
 *
 * <p>Incarnations of a node are applied in order: messages of a newer incarnation are held back until every known
 * message of the previous one has been received or declared lost. Under its monitor this class calls the sink and sends
 * requests to peers, neither of which blocks or calls back.
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
    private volatile Map<NodeIncarnation, Long> newerIncarnations = Map.of(); // of this node, by peer

    // guarded by this
    private final StateTransfer stateTransfer;
    private final Map<String, OriginReceiver> receivers = new LinkedHashMap<>(); // by node name, newest last
    private final List<OriginReceiver> ending = new ArrayList<>();
    private final EndedIncarnations endedIncarnations = new EndedIncarnations();
    private Set<NodeIncarnation> expected = Set.of();

    /** Sends requests to peers. */
    record PeerRequests(BiConsumer<NodeIncarnation, SequenceRange> range, BiConsumer<NodeIncarnation, Long> snapshot) {}

    /**
     * Creates a replicator without messages.
     *
     * @param onChange runs after each change of {@link #readyPeers} or {@link #isComplete}
     */
    Replicator(
            NodeIncarnation self,
            ReplicationSink replicationSink,
            PeerRequests requests,
            Runnable onChange,
            TimeSource timeSource) {
        this.self = self;
        this.sink = replicationSink;
        this.requests = requests;
        this.onChange = onChange;
        this.timeSource = timeSource;
        stateTransfer = new StateTransfer(replicationSink, requests.snapshot());
    }

    /** Returns the peers that receive and apply messages from this node. */
    Set<NodeIncarnation> readyPeers() {
        Set<NodeIncarnation> applying = new HashSet<>(ready);
        applying.removeAll(newerIncarnations.keySet());
        return applying;
    }

    /** Returns the number of peers that receive messages from this node, but discard them. */
    int discardingPeers() {
        return (int) newerIncarnations.keySet().stream().filter(ready::contains).count();
    }

    /**
     * Returns which peer discards the messages of this node, if one does: it knows a newer incarnation of this node, and takes
     * this one for an earlier one.
     */
    Optional<String> discardedBy() {
        return newerIncarnations.entrySet().stream()
                .min(Map.Entry.comparingByKey(Comparator.comparing(NodeIncarnation::name)))
                .map(newer -> "peer " + newer.getKey().name() + " knows incarnation " + newer.getValue()
                        + " of this node and discards the messages of incarnation " + self.incarnation()
                        + "; if this node lost its data directory, set its clock right and restart it, otherwise check"
                        + " that no other process has the identity " + self.name());
    }

    /** Returns whether the state transfer is complete or has been abandoned. */
    boolean isComplete() {
        return complete;
    }

    /** Sets the other members. */
    synchronized void expect(Set<NodeIncarnation> peers) {
        expected = peers;
        if (!peers.containsAll(newerIncarnations.keySet())) {
            Map<NodeIncarnation, Long> remaining = new HashMap<>(newerIncarnations);
            remaining.keySet().retainAll(peers);
            newerIncarnations = Map.copyOf(remaining);
        }
    }

    /**
     * Returns whether each of the given peers has reported that it has no state to transfer; true if there are none.
     */
    synchronized boolean hasNothingToTransfer(Set<NodeIncarnation> peers) {
        return stateTransfer.hasNothingToTransfer(peers);
    }

    /** Returns {@link StateTransfer#limit}. */
    synchronized Duration transferLimit(Duration timeout, boolean alone) {
        return stateTransfer.limit(timeout, alone);
    }

    /** Stops waiting for the state transfer. */
    synchronized void start() {
        stateTransfer.stop();
        finishTransfer();
    }

    /** Checks for missing messages; called several times per {@link MissingRange#MAX_WAIT_FOR_ABSENT_ORIGIN}. */
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

    // ---- input from peers

    @Override
    public synchronized void heartbeat(NodeIncarnation peer, long last, Map<NodeIncarnation, Long> others) {
        long now = timeSource.nanos();
        recordNewerIncarnation(peer, others.keySet());
        if (!complete) {
            stateTransfer.peerAvailable(peer, now);
        }
        others.entrySet().stream() // earlier incarnations first; after a later one, they would count as ended
                .sorted(Map.Entry.comparingByKey(BY_INCARNATION))
                .forEach(each -> gossip(each.getKey(), each.getValue(), now));
        OriginReceiver originReceiver = receiver(peer);
        if (originReceiver != null) {
            originReceiver.heartbeat(last, now);
        }
    }

    private void recordNewerIncarnation(NodeIncarnation peer, Set<NodeIncarnation> known) {
        long newest = known.stream()
                .filter(each -> each.name().equals(self.name()))
                .mapToLong(NodeIncarnation::incarnation)
                .max()
                .orElse(0);
        boolean newer = newest > self.incarnation();
        if (newer || newerIncarnations.containsKey(peer)) {
            Map<NodeIncarnation, Long> updated = new HashMap<>(newerIncarnations);
            updated.remove(peer);
            if (newer) {
                updated.put(peer, newest);
            }
            newerIncarnations = Map.copyOf(updated);
            onChange.run();
        }
    }

    private void gossip(NodeIncarnation origin, long theirLast, long now) {
        Optional<OriginReceiver> matching =
                ending.stream().filter(each -> each.origin.equals(origin)).findFirst();
        if (matching.isPresent()) {
            matching.get().heartbeat(theirLast, now);
            closeIfSettled(matching.get());
        } else if (isEnded(origin)) {
            reportLate(origin, theirLast);
        } else if (!isForgotten(origin, theirLast)) {
            OriginReceiver originReceiver = receiver(origin);
            if (originReceiver != null) {
                originReceiver.gossip(theirLast, now);
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
    public RangeResponse readRange(SequenceRange requested) {
        return sink.readRange(requested);
    }

    @Override
    public synchronized void rangeReceived(NodeIncarnation peer, RangeResponse rangeResponse) {
        NodeIncarnation origin = rangeResponse.range().origin();
        for (OriginReceiver originReceiver : List.copyOf(ending)) {
            if (originReceiver.origin.equals(origin)) {
                originReceiver.rangeReceived(peer, rangeResponse, timeSource.nanos());
                closeIfSettled(originReceiver);
                return;
            }
        }
        OriginReceiver originReceiver = receiver(origin);
        if (originReceiver != null) {
            originReceiver.rangeReceived(peer, rangeResponse, timeSource.nanos());
        }
    }

    @Override
    public synchronized Map<NodeIncarnation, Long> positions() {
        Map<NodeIncarnation, Long> positions = new LinkedHashMap<>();
        receivers.values().forEach(originReceiver -> positions.put(originReceiver.origin, originReceiver.position()));
        ending.forEach(originReceiver -> positions.put(originReceiver.origin, originReceiver.position()));
        endedIncarnations.addTo(positions, MAX_POSITIONS);
        return positions;
    }

    @Override
    public void readyPeersChanged(Set<NodeIncarnation> peers) {
        ready = peers;
        onChange.run();
    }

    // ---- state transfer

    @Override
    public synchronized SnapshotChunk readSnapshot(long after) {
        if (!complete) {
            return SnapshotChunk.empty(after);
        }
        SnapshotChunk chunk = sink.readSnapshot(after, self);
        return new SnapshotChunk(
                after, chunk.items(), chunk.through(), chunk.lost(), chunk.end().map(this::withPositions));
    }

    private SnapshotChunk.End withPositions(SnapshotChunk.End end) {
        Map<NodeIncarnation, Long> all = new HashMap<>(positions());
        all.putAll(end.positions());
        return new SnapshotChunk.End(end.complete(), all, end.evicted());
    }

    @Override
    public synchronized void snapshotReceived(NodeIncarnation peer, SnapshotChunk chunk) {
        stateTransfer.chunkReceived(peer, chunk, timeSource.nanos());
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

    // ---- incarnations

    /** Returns whether an incarnation is older than the current one of its node. */
    private boolean isEnded(NodeIncarnation origin) {
        if (origin.name().equals(self.name())) {
            return origin.incarnation() < self.incarnation();
        }
        OriginReceiver current = receivers.get(origin.name());
        return current != null && current.origin.incarnation() > origin.incarnation();
    }

    /**
     * Returns whether an origin was evicted because there were too many nodes, and none of its messages is missing
     * here.
     */
    private boolean isForgotten(NodeIncarnation origin, long theirLast) {
        Long known = endedIncarnations.get(origin);
        return known != null && known >= theirLast && !receivers.containsKey(origin.name());
    }

    /**
     * Processes the position of an ended incarnation as reported by a peer. Messages that are missing here would arrive
     * too late, and are reported as lost.
     */
    private void reportLate(NodeIncarnation origin, long theirLast) {
        Long known = endedIncarnations.get(origin);
        if (!complete || endedIncarnations.isTooOld(origin) || (known != null && known >= theirLast)) {
            return;
        }
        if (known == null) {
            sink.incarnationSeen(origin);
        }
        long from = known == null ? 1 : known + 1;
        if (theirLast >= from) {
            sink.recordLoss(new ReplicationSink.Loss(new SequenceRange(origin, from, theirLast), Set.of(), false));
        }
        endedIncarnations.put(origin, theirLast);
    }

    private void closeIfSettled(OriginReceiver originReceiver) {
        if (originReceiver.isSettled() && ending.remove(originReceiver)) {
            endedIncarnations.put(originReceiver.origin, originReceiver.position());
            OriginReceiver next = receivers.get(originReceiver.origin.name());
            if (next != null) {
                next.advance(timeSource.nanos());
            }
        }
    }

    private boolean isHeldBack(NodeIncarnation origin) {
        if (complete && ending.isEmpty()) { // for nearly every message
            return false;
        }
        return !complete
                || ending.stream()
                        .anyMatch(each -> each.origin.name().equals(origin.name())
                                && each.origin.incarnation() < origin.incarnation());
    }

    /**
     * Returns the receiver for an origin, and creates it if necessary; null for this node itself and for an ended
     * incarnation.
     */
    private @Nullable OriginReceiver receiver(NodeIncarnation origin) {
        if (origin.name().equals(self.name())) {
            return null;
        }
        OriginReceiver current = receivers.get(origin.name());
        if (current != null && current.origin.incarnation() >= origin.incarnation()) {
            return current.origin.equals(origin) ? current : null;
        }
        OriginReceiver created = new OriginReceiver(
                origin, sink, () -> ready, () -> expected, requests.range(), () -> isHeldBack(origin));
        receivers.remove(origin.name());
        receivers.put(origin.name(), created);
        sink.incarnationSeen(origin);
        if (current != null && complete) {
            ending.add(current);
            current.incarnationEnded(timeSource.nanos());
            closeIfSettled(current);
        }
        Long lastKnown = endedIncarnations.get(origin);
        if (lastKnown != null) { // it was evicted, and has returned
            created.skipTo(lastKnown, timeSource.nanos());
        }
        if (receivers.size() > MAX_POSITIONS) {
            evictOne();
        }
        return created;
    }

    /**
     * Evicts the receiver of one node: of the nodes that are not members, the one that was added first; if all are
     * members, of all.
     */
    private void evictOne() {
        OriginReceiver oldest = receivers.values().stream()
                .filter(each -> !expected.contains(each.origin))
                .findFirst()
                .orElse(receivers.values().iterator().next());
        oldest.declareLost();
        endedIncarnations.put(oldest.origin, oldest.position());
        receivers.remove(oldest.origin.name());
    }
}
