package dev.ginkgo.hub;

import dev.ginkgo.Time;
import dev.ginkgo.hub.spi.Answer;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Inbox;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Stretch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings what other nodes publish into this node's {@link Ledger}: each origin in its order, each message once; what is
 * missing is fetched from peers, or told.
 *
 * <p>Of each node the latest life counts; a message of an earlier one that comes later is left out. Under its monitor it
 * calls the ledger and asks peers, neither of which waits or calls back.
 */
final class Replica implements Inbox {
    private final Origin self;
    private final Ledger ledger;
    private final BiConsumer<Origin, Stretch> ask;
    private final Runnable readyChanged;
    private final Time time;
    private volatile Set<Origin> ready = Set.of();

    // guarded by this; by the node's name, those heard of last at the end
    private final Map<String, Inflow> inflows = new LinkedHashMap<>();

    /**
     * Begins with nothing.
     *
     * @param ask asks a peer for a stretch
     * @param readyChanged is told after each change of {@link #readyPeers}
     */
    Replica(Origin self, Ledger ledger, BiConsumer<Origin, Stretch> ask, Runnable readyChanged, Time time) {
        this.self = self;
        this.ledger = ledger;
        this.ask = ask;
        this.readyChanged = readyChanged;
        this.time = time;
    }

    /** The peers that hear this node. */
    Set<Origin> readyPeers() {
        return ready;
    }

    /** Looks after what is missing; several times in each {@link Hole#HOLD}. */
    synchronized void tick() {
        long now = time.nanos();
        inflows.values().forEach(inflow -> inflow.tick(now));
    }

    @Override
    public synchronized void beat(Origin peer, long last, Map<Origin, Long> others) {
        Inflow inflow = inflow(peer);
        if (inflow != null) {
            inflow.beat(last, time.nanos());
        }
        others.forEach((origin, theirs) -> {
            Inflow other = inflow(origin);
            if (other != null) {
                other.rumour(theirs, time.nanos());
            }
        });
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
        Inflow inflow = inflow(answer.stretch().origin());
        if (inflow != null) {
            inflow.answered(peer, answer, time.nanos());
        }
    }

    @Override
    public synchronized Map<Origin, Long> positions() {
        Map<Origin, Long> positions = new LinkedHashMap<>();
        inflows.values().forEach(inflow -> positions.put(inflow.origin, inflow.position()));
        return positions;
    }

    @Override
    public void ready(Set<Origin> peers) {
        ready = peers;
        readyChanged.run();
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
        if (present != null) {
            present.end();
        }
        Inflow fresh = new Inflow(origin, ledger, () -> ready, ask);
        inflows.remove(origin.name());
        inflows.put(origin.name(), fresh);
        if (inflows.size() > MAX_POSITIONS) {
            Inflow oldest = inflows.values().iterator().next();
            oldest.end();
            inflows.remove(oldest.origin.name());
        }
        return fresh;
    }
}
