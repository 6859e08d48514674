package dev.ginkgo.hub;

import dev.ginkgo.Time;
import dev.ginkgo.hub.spi.Answer;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Holdings;
import dev.ginkgo.hub.spi.Inbox;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Stretch;
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
 * Brings what other nodes publish into this node's {@link Ledger}: first what a peer holds already ({@link Takeover}),
 * then each origin in its order, each message once; what is missing is fetched from peers, or told.
 *
 * <p>The lives of a node come one after another: nothing of the next is let in before all that is known to be there of
 * the one before is here, or given up. Under its monitor it calls the ledger and asks peers, neither of which waits or
 * calls back.
 */
final class Replica implements Inbox {
    private static final Comparator<Origin> BY_LIFE = Comparator.comparingLong(Origin::incarnation);

    private final Origin self;
    private final Ledger ledger;
    private final Questions ask;
    private final Runnable changed;
    private final Time time;
    private volatile Set<Origin> ready = Set.of();
    private volatile boolean complete;

    // guarded by this
    private final Takeover takeover;
    private final Map<String, Inflow> inflows =
            new LinkedHashMap<>(); // by the node's name, those heard of last at the end
    private final List<Inflow> ending = new ArrayList<>();
    private final Past past = new Past();
    private Set<Origin> expected = Set.of();

    /** How peers are asked. */
    record Questions(BiConsumer<Origin, Stretch> stretch, BiConsumer<Origin, Long> all) {}

    /**
     * Begins with nothing.
     *
     * @param changed is told after each change of {@link #readyPeers}, and of {@link #isComplete}
     */
    Replica(Origin self, Ledger ledger, Questions ask, Runnable changed, Time time) {
        this.self = self;
        this.ledger = ledger;
        this.ask = ask;
        this.changed = changed;
        this.time = time;
        takeover = new Takeover(ledger, ask.all());
    }

    /** The peers that hear this node. */
    Set<Origin> readyPeers() {
        return ready;
    }

    /** Whether what others held when this node began is here, as far as it is to be had. */
    boolean isComplete() {
        return complete;
    }

    /** Who is in the roster. */
    synchronized void expect(Set<Origin> peers) {
        expected = peers;
    }

    /** Whether those have nothing that could be taken over, as each of them has said; also if there are none. */
    synchronized boolean isVain(Set<Origin> peers) {
        return takeover.isVain(peers);
    }

    /** Waits no longer for what others hold. */
    synchronized void begin() {
        takeover.end();
        tookOver();
    }

    /** Looks after what is missing; several times in each {@link Hole#HOLD}. */
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
    public synchronized void beat(Origin peer, long last, Map<Origin, Long> others) {
        long now = time.nanos();
        if (!complete) {
            takeover.meet(peer, now);
        }
        others.entrySet().stream() // earlier lives first, or the later one would be the present one, and they too late
                .sorted(Map.Entry.comparingByKey(BY_LIFE))
                .forEach(each -> rumour(each.getKey(), each.getValue(), now));
        Inflow inflow = inflow(peer);
        if (inflow != null) {
            inflow.beat(last, now);
        }
    }

    private void rumour(Origin origin, long theirs, long now) {
        Optional<Inflow> ends =
                ending.stream().filter(each -> each.origin.equals(origin)).findFirst();
        if (ends.isPresent()) {
            ends.get().beat(theirs, now);
            settle(ends.get());
        } else if (isPast(origin)) {
            reportLate(origin, theirs);
        } else if (!isForgotten(origin, theirs)) {
            Inflow inflow = inflow(origin);
            if (inflow != null) {
                inflow.rumour(theirs, now);
            }
        }
    }

    @Override
    public synchronized void received(Envelope message) {
        Inflow inflow = inflow(message.origin());
        if (inflow != null) {
            inflow.received(message, time.nanos());
        }
    }

    @Override
    public Answer answer(Stretch asked) {
        return ledger.answer(asked);
    }

    @Override
    public synchronized void answered(Origin peer, Answer answer) {
        Origin origin = answer.stretch().origin();
        for (Inflow inflow : List.copyOf(ending)) {
            if (inflow.origin.equals(origin)) {
                inflow.answered(peer, answer, time.nanos());
                settle(inflow);
                return;
            }
        }
        Inflow inflow = inflow(origin);
        if (inflow != null) {
            inflow.answered(peer, answer, time.nanos());
        }
    }

    @Override
    public synchronized Map<Origin, Long> positions() {
        Map<Origin, Long> positions = new LinkedHashMap<>();
        inflows.values().forEach(inflow -> positions.put(inflow.origin, inflow.position()));
        ending.forEach(inflow -> positions.put(inflow.origin, inflow.position()));
        past.addTo(positions, MAX_POSITIONS);
        return positions;
    }

    @Override
    public void ready(Set<Origin> peers) {
        ready = peers;
        changed.run();
    }

    // ---- what was before this node

    @Override
    public synchronized Holdings holdings(long after) {
        if (!complete) {
            return Holdings.nothing(after);
        }
        Holdings mine = ledger.holdings(after, self);
        return new Holdings(
                after, mine.items(), mine.through(), mine.lost(), mine.end().map(this::withPositions));
    }

    private Holdings.End withPositions(Holdings.End end) {
        Map<Origin, Long> all = new HashMap<>(positions());
        all.putAll(end.positions());
        return new Holdings.End(end.whole(), all, end.gone());
    }

    @Override
    public synchronized void held(Origin peer, Holdings some) {
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
                    Inflow inflow = inflow(each.getKey());
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
    private boolean isPast(Origin origin) {
        if (origin.name().equals(self.name())) {
            return origin.incarnation() < self.incarnation();
        }
        Inflow present = inflows.get(origin.name());
        return present != null && present.origin.incarnation() > origin.incarnation();
    }

    /** Whether there were too many names to remember this one, and nothing of it is missing here. */
    private boolean isForgotten(Origin origin, long theirs) {
        Long known = past.get(origin);
        return known != null && known >= theirs && !inflows.containsKey(origin.name());
    }

    /** So far has a life come to another node that is over here: what is not here comes too late. */
    private void reportLate(Origin origin, long theirs) {
        Long known = past.get(origin);
        if (!complete || past.isTooOld(origin) || (known != null && known >= theirs)) {
            return;
        }
        if (known == null) {
            ledger.met(origin);
        }
        long from = known == null ? 1 : known + 1;
        if (theirs >= from) {
            ledger.lost(new Ledger.Loss(new Stretch(origin, from, theirs), Set.of(), false));
        }
        past.put(origin, theirs);
    }

    private void settle(Inflow inflow) {
        if (inflow.isSettled() && ending.remove(inflow)) {
            past.put(inflow.origin, inflow.position());
            Inflow next = inflows.get(inflow.origin.name());
            if (next != null) {
                next.advance(time.nanos());
            }
        }
    }

    private boolean isHeldBack(Origin origin) {
        return !complete
                || ending.stream()
                        .anyMatch(each -> each.origin.name().equals(origin.name())
                                && each.origin.incarnation() < origin.incarnation());
    }

    /** Null for what this node itself has published, and for a life that is over. */
    private @Nullable Inflow inflow(Origin origin) {
        if (origin.name().equals(self.name())) {
            return null;
        }
        Inflow present = inflows.get(origin.name());
        if (present != null && present.origin.incarnation() >= origin.incarnation()) {
            return present.origin.equals(origin) ? present : null;
        }
        Inflow fresh = new Inflow(origin, ledger, () -> ready, ask.stretch(), () -> isHeldBack(origin));
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
        Inflow oldest = inflows.values().stream()
                .filter(each -> !expected.contains(each.origin))
                .findFirst()
                .orElse(inflows.values().iterator().next());
        oldest.giveUp();
        past.put(oldest.origin, oldest.position());
        inflows.remove(oldest.origin.name());
    }
}
