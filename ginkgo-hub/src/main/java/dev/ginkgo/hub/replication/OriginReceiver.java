package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What comes from one origin, put in order. If a stretch is missing, what came after it is held back while peers are
 * asked for it, one after another; when all have been asked, or after {@link MissingRange#HOLD}, it is given up, and told.
 *
 * <pre>
 *     1 … position | position + 1 … hole.to | … held … | … known
 *     has gone on        is asked for           waits    is said to be there
 * </pre>
 *
 * Guarded by its {@link Replicator}.
 */
final class OriginReceiver {
    /** How long a node that has just heard of an origin fetches its history, at most, while answers come. */
    private static final long CATCH_UP = Duration.ofSeconds(5).toNanos();

    /** How long a message that a third node has had may still be on its way here. */
    private static final long RUMOUR = Duration.ofMillis(250).toNanos();

    /** What may wait, in bytes. */
    private static final long HELD = 16 * 1024 * 1024;

    final NodeIncarnation origin;

    private final ReplicationSink ledger;
    private final Supplier<Set<NodeIncarnation>> peers;
    private final BiConsumer<NodeIncarnation, SequenceRange> ask;
    private final BooleanSupplier heldBack;

    private final TreeMap<Long, Envelope> held = new TreeMap<>();
    private long heldBytes;
    private long position;
    private long known;
    private long first = -1; // how far the origin was when it was first heard
    private long unread = -1; // how far it was known to be before anybody read here
    private long rumour;
    private long rumourAt;
    private @Nullable MissingRange hole;

    /**
     * Begins with nothing.
     *
     * @param peers who can be asked now
     * @param ask asks one
     * @param heldBack whether something has to come before anything of this; what comes then waits, or is asked for
     *     later
     */
    OriginReceiver(
            NodeIncarnation origin,
            ReplicationSink ledger,
            Supplier<Set<NodeIncarnation>> peers,
            BiConsumer<NodeIncarnation, SequenceRange> ask,
            BooleanSupplier heldBack) {
        this.origin = origin;
        this.ledger = ledger;
        this.peers = peers;
        this.ask = ask;
        this.heldBack = heldBack;
    }

    /** All up to here has gone on, or was given up. */
    long position() {
        return position;
    }

    /** All that is known to be there has gone on, or was given up. */
    boolean isSettled() {
        return position >= known;
    }

    /** Goes on after what has come another way. */
    void skipTo(long last, long now) {
        if (last > position) {
            position = last;
            known = Math.max(known, last);
            Map<Long, Envelope> old = held.headMap(last, true);
            heldBytes -= old.values().stream().mapToLong(Envelope::cost).sum();
            old.clear();
        }
        advance(now);
    }

    /** This node begins to have readers: what is known to have been published until now, none of them misses. */
    void begin(long now) {
        unread = Math.max(known, rumour);
        advance(now);
    }

    // ---- what is heard

    /** The origin itself says how far it is. */
    void beat(long last, long now) {
        learn(last);
        advance(now);
    }

    /** A third node says how far it is with this origin. */
    void rumour(long last, long now) {
        if (last > Math.max(known, rumour)) {
            rumourAt = rumour <= known ? now : rumourAt;
            rumour = last;
        }
    }

    void received(Envelope message, long now) {
        learn(message.sequence() - 1);
        keep(message);
        advance(now);
    }

    void answered(NodeIncarnation peer, RangeResponse answer, long now) {
        answer.messages().forEach(this::keep);
        if (!heldBack.getAsBoolean()) {
            drain();
        }
        MissingRange open = hole;
        if (open != null && open.waitsFor(peer) && position < open.to) {
            if (position < first && now - open.openedAt < CATCH_UP) {
                open.extend(now);
            }
            if (answer.through() < answer.stretch().to()) {
                open.again(now);
                ask.accept(peer, gap(open.to));
            } else {
                open.answered(peer);
                askNext(open, now);
            }
        }
        advance(now);
    }

    /** Time has passed. */
    void tick(long now) {
        if (rumour > known && now - rumourAt >= RUMOUR) {
            learn(rumour);
            advance(now);
        }
        MissingRange open = hole;
        if (open != null && open.isLate(now)) {
            giveUp(open.to);
            advance(now);
        } else if (open != null && open.isExhausted(peers.get())) {
            giveUp(gap(open.to).to());
            open.restart(now);
            advance(now);
        }
        if (hole != null && hole.isOverdue(now)) {
            askNext(hole, now);
        }
    }

    /** Another life of the node has begun. Nothing is on its way any more: what others have of it is asked for. */
    void end(long now) {
        learn(rumour);
        advance(now);
    }

    /** Nothing more is waited for. */
    void giveUp() {
        giveUp(known);
        hole = null;
    }

    // ---- in order

    private void learn(long last) {
        first = first < 0 ? last : first;
        known = Math.max(known, last);
    }

    private void keep(Envelope message) {
        if (heldBack.getAsBoolean() && heldBytes > HELD) {
            known = Math.max(known, message.sequence()); // to be asked for when it is its turn
        } else if (message.sequence() > position && held.putIfAbsent(message.sequence(), message) == null) {
            heldBytes += message.cost();
            known = Math.max(known, message.sequence());
        }
    }

    private void drain() {
        for (Envelope next = held.remove(position + 1); next != null; next = held.remove(position + 1)) {
            heldBytes -= next.cost();
            position++;
            ledger.relay(next);
        }
    }

    /** Does what can be done now. */
    void advance(long now) {
        if (heldBack.getAsBoolean()) {
            return;
        }
        drain();
        if (hole != null && heldBytes > HELD) {
            giveUp(hole.to);
        }
        if (hole != null && position >= hole.to) {
            hole = null;
        }
        if (hole == null && position < known) {
            MissingRange opened = new MissingRange(origin, gap(known).to(), now);
            hole = opened;
            askNext(opened, now);
        }
    }

    private void askNext(MissingRange open, long now) {
        NodeIncarnation next = open.next(peers.get(), now);
        if (next != null) {
            ask.accept(next, gap(open.to));
        }
    }

    /** The first stretch that is missing up to there. */
    private SequenceRange gap(long to) {
        return new SequenceRange(origin, position + 1, held.isEmpty() ? to : Math.min(to, held.firstKey() - 1));
    }

    /** Goes on without what is missing up to there, if anything. */
    private void giveUp(long to) {
        while (position < to) {
            SequenceRange missing = gap(to);
            ledger.lost(new ReplicationSink.Loss(missing, sound(missing), missing.to() <= unread));
            position = missing.to();
            drain();
        }
    }

    /** The channels whose next message says that nothing of them is missing. */
    private Set<String> sound(SequenceRange missing) {
        Set<String> seen = new HashSet<>();
        Set<String> sound = new HashSet<>();
        for (Envelope message : held.values()) {
            if (seen.add(message.channel()) && message.previous() < missing.from()) {
                sound.add(message.channel());
            }
        }
        return sound;
    }
}
