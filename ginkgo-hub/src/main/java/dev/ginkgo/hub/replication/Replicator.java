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
    private static final Comparator<NodeIncarnation> BY_LIFE = Comparator.comparingLong(NodeIncarnation::incarnation);

    private final NodeIncarnation self;
    private final ReplicationSink ledger;
    private final PeerRequests ask;
    private final Runnable changed;
    private final TimeSource time;
    private volatile Set<NodeIncarnation> ready = Set.of();
    private volatile boolean complete;

    // guarded by this
    private final StateTransfer takeover;
    private final Map<String, OriginReceiver> inflows =
            new LinkedHashMap<>(); // by the node's name, those heard of last at the end
    private final List<OriginReceiver> ending = new ArrayList<>();
    private final EndedIncarnations past = new EndedIncarnations();
    private Set<NodeIncarnation> expected = Set.of();

    /** How peers are asked. */
    record PeerRequests(BiConsumer<NodeIncarnation, SequenceRange> stretch, BiConsumer<NodeIncarnation, Long> all) {}

    /**
     * Begins with nothing.
     *
     * @param changed is told after each change of {@link #readyPeers}, and of {@link #isComplete}
     */
    Replicator(NodeIncarnation self, ReplicationSink ledger, PeerRequests ask, Runnable changed, TimeSource time) {
        this.self = self;
        this.ledger = ledger;
        this.ask = ask;
        this.changed = changed;
        this.time = time;
        takeover = new StateTransfer(ledger, ask.all());
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
    synchronized boolean isVain(Set<NodeIncarnation> peers) {
        return takeover.isVain(peers);
    }

    /** Waits no longer for what others hold. */
    synchronized void begin() {
        takeover.end();
        tookOver();
    }

    /** Looks after what is missing; several times in each {@link MissingRange#HOLD}. */
    synchronized void tick() {
        long now = time.nanos();
        if (!complete) {
            takeover.tick(now);
            tookOver();
        }
        List.copyOf(ending).forEach(inflow -> {
            inflow.tick(now);
            settle(inflow);
        });
        inflows.values().forEach(inflow -> inflow.tick(now));
    }

    // ---- what peers say

    @Override
    public synchronized void beat(NodeIncarnation peer, long last, Map<NodeIncarnation, Long> others) {
        long now = time.nanos();
        if (!complete) {
            takeover.meet(peer, now);
        }
        others.entrySet().stream() // earlier lives first, or the later one would be the present one, and they too late
                .sorted(Map.Entry.comparingByKey(BY_LIFE))
                .forEach(each -> rumour(each.getKey(), each.getValue(), now));
        OriginReceiver inflow = inflow(peer);
        if (inflow != null) {
            inflow.beat(last, now);
        }
    }

    private void rumour(NodeIncarnation origin, long theirs, long now) {
        Optional<OriginReceiver> ends =
                ending.stream().filter(each -> each.origin.equals(origin)).findFirst();
        if (ends.isPresent()) {
            ends.get().beat(theirs, now);
            settle(ends.get());
        } else if (isPast(origin)) {
            reportLate(origin, theirs);
        } else if (!isForgotten(origin, theirs)) {
            OriginReceiver inflow = inflow(origin);
            if (inflow != null) {
                inflow.rumour(theirs, now);
            }
        }
    }

    @Override
    public synchronized void received(Envelope message) {
        OriginReceiver inflow = inflow(message.origin());
        if (inflow != null) {
            inflow.received(message, time.nanos());
        }
    }

    @Override
    public RangeResponse answer(SequenceRange asked) {
        return ledger.answer(asked);
    }

    @Override
    public synchronized void answered(NodeIncarnation peer, RangeResponse answer) {
        NodeIncarnation origin = answer.stretch().origin();
        for (OriginReceiver inflow : List.copyOf(ending)) {
            if (inflow.origin.equals(origin)) {
                inflow.answered(peer, answer, time.nanos());
                settle(inflow);
                return;
            }
        }
        OriginReceiver inflow = inflow(origin);
        if (inflow != null) {
            inflow.answered(peer, answer, time.nanos());
        }
    }

    @Override
    public synchronized Map<NodeIncarnation, Long> positions() {
        Map<NodeIncarnation, Long> positions = new LinkedHashMap<>();
        inflows.values().forEach(inflow -> positions.put(inflow.origin, inflow.position()));
        ending.forEach(inflow -> positions.put(inflow.origin, inflow.position()));
        past.addTo(positions, MAX_POSITIONS);
        return positions;
    }

    @Override
    public void ready(Set<NodeIncarnation> peers) {
        ready = peers;
        changed.run();
    }

    // ---- what was before this node

    @Override
    public synchronized SnapshotChunk holdings(long after) {
        if (!complete) {
            return SnapshotChunk.nothing(after);
        }
        SnapshotChunk mine = ledger.holdings(after, self);
        return new SnapshotChunk(
                after, mine.items(), mine.through(), mine.lost(), mine.end().map(this::withPositions));
    }

    private SnapshotChunk.End withPositions(SnapshotChunk.End end) {
        Map<NodeIncarnation, Long> all = new HashMap<>(positions());
        all.putAll(end.positions());
        return new SnapshotChunk.End(end.whole(), all, end.gone());
    }

    @Override
    public synchronized void held(NodeIncarnation peer, SnapshotChunk some) {
        takeover.held(peer, some, time.nanos());
        tookOver();
    }

    private void tookOver() {
        if (complete || !takeover.isOver()) {
            return;
        }
        complete = true;
        long now = time.nanos();
        takeover.positions().entrySet().stream()
                .sorted(Map.Entry.comparingByKey(BY_LIFE))
                .forEach(each -> {
                    OriginReceiver inflow = inflow(each.getKey());
                    if (inflow != null) {
                        inflow.skipTo(each.getValue(), now);
                    } else if (!each.getKey().equals(self)) {
                        past.put(each.getKey(), each.getValue());
                    }
                });
        inflows.values().forEach(inflow -> inflow.begin(now));
        changed.run();
    }

    // ---- the lives of a node

    /** Whether it is of an earlier life than the one that is known. */
    private boolean isPast(NodeIncarnation origin) {
        if (origin.name().equals(self.name())) {
            return origin.incarnation() < self.incarnation();
        }
        OriginReceiver present = inflows.get(origin.name());
        return present != null && present.origin.incarnation() > origin.incarnation();
    }

    /** Whether there were too many names to remember this one, and nothing of it is missing here. */
    private boolean isForgotten(NodeIncarnation origin, long theirs) {
        Long known = past.get(origin);
        return known != null && known >= theirs && !inflows.containsKey(origin.name());
    }

    /** So far has a life come to another node that is over here: what is not here comes too late. */
    private void reportLate(NodeIncarnation origin, long theirs) {
        Long known = past.get(origin);
        if (!complete || past.isTooOld(origin) || (known != null && known >= theirs)) {
            return;
        }
        if (known == null) {
            ledger.met(origin);
        }
        long from = known == null ? 1 : known + 1;
        if (theirs >= from) {
            ledger.lost(new ReplicationSink.Loss(new SequenceRange(origin, from, theirs), Set.of(), false));
        }
        past.put(origin, theirs);
    }

    private void settle(OriginReceiver inflow) {
        if (inflow.isSettled() && ending.remove(inflow)) {
            past.put(inflow.origin, inflow.position());
            OriginReceiver next = inflows.get(inflow.origin.name());
            if (next != null) {
                next.advance(time.nanos());
            }
        }
    }

    private boolean isHeldBack(NodeIncarnation origin) {
        return !complete
                || ending.stream()
                        .anyMatch(each -> each.origin.name().equals(origin.name())
                                && each.origin.incarnation() < origin.incarnation());
    }

    /** Null for what this node itself has published, and for a life that is over. */
    private @Nullable OriginReceiver inflow(NodeIncarnation origin) {
        if (origin.name().equals(self.name())) {
            return null;
        }
        OriginReceiver present = inflows.get(origin.name());
        if (present != null && present.origin.incarnation() >= origin.incarnation()) {
            return present.origin.equals(origin) ? present : null;
        }
        OriginReceiver fresh = new OriginReceiver(origin, ledger, () -> ready, ask.stretch(), () -> isHeldBack(origin));
        inflows.remove(origin.name());
        inflows.put(origin.name(), fresh);
        ledger.met(origin);
        if (present != null && complete) {
            ending.add(present);
            present.end(time.nanos());
            settle(present);
        }
        Long before = past.get(origin);
        if (before != null) { // it was forgotten here, and is back
            fresh.skipTo(before, time.nanos());
        }
        if (inflows.size() > MAX_POSITIONS) {
            forgetOne();
        }
        return fresh;
    }

    /** The one heard of first of those who have gone; if all are here, of all. */
    private void forgetOne() {
        OriginReceiver oldest = inflows.values().stream()
                .filter(each -> !expected.contains(each.origin))
                .findFirst()
                .orElse(inflows.values().iterator().next());
        oldest.giveUp();
        past.put(oldest.origin, oldest.position());
        inflows.remove(oldest.origin.name());
    }
}
