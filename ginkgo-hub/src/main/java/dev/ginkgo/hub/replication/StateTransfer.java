package dev.ginkgo.hub;

import dev.ginkgo.hub.spi.Holdings;
import dev.ginkgo.hub.spi.Origin;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How a node that begins gets what the others hold, of all nodes and their earlier lives, its own included: one peer
 * hands it all over, in the order that it has there, before anything else comes in.
 *
 * <pre>
 *            a peer speaks            some comes             the end comes
 *   waiting ---------------> asking --------------> taking ---------------> over
 *      ^                       |                      |                       ^
 *      '- it is silent, or ----'                      '- it falls silent -----'
 *         has just begun
 * </pre>
 *
 * It goes on asking until it is ended, as those that have just begun may have all a moment later. If the peer falls
 * silent in between, what has come stays, and counts as incomplete. Guarded by its {@link Replica}.
 */
final class Takeover {
    /** How long a peer may take to answer before it is asked once more. */
    private static final long ANSWER = Duration.ofMillis(300).toNanos();

    /** How long it may take in all. */
    private static final long SILENCE = Duration.ofMillis(1_500).toNanos();

    private final Ledger ledger;
    private final BiConsumer<Origin, Long> ask;
    private final Set<Origin> met = new LinkedHashSet<>();
    private final Set<Origin> tried = new HashSet<>();
    private final Set<Origin> empty = new HashSet<>();
    private @Nullable Origin asked;
    private long askedAt;
    private long answeredAt;
    private long after;
    private boolean begun;
    private boolean over;
    private Map<Origin, Long> positions = Map.of();

    /**
     * Begins with nobody to ask.
     *
     * @param ask asks a peer for what it holds, from a place on
     */
    Takeover(Ledger ledger, BiConsumer<Origin, Long> ask) {
        this.ledger = ledger;
        this.ask = ask;
    }

    boolean isOver() {
        return over;
    }

    /** How far each life of each node has come with it. */
    Map<Origin, Long> positions() {
        return positions;
    }

    /** A peer can be asked. */
    void meet(Origin peer, long now) {
        if (met.add(peer) && asked == null) {
            askNext(now);
        }
    }

    /** Whether all of these have said that they have nothing; also if there are none. */
    boolean isVain(Set<Origin> peers) {
        return !begun && empty.containsAll(peers);
    }

    /** Time has passed. */
    void tick(long now) {
        Origin present = asked;
        if (present == null) {
            askNext(now);
        } else if (now - answeredAt >= SILENCE) {
            if (begun) {
                end();
            } else {
                asked = null;
                askNext(now);
            }
        } else if (now - askedAt >= ANSWER) {
            put(present, now);
        }
    }

    /** A peer has answered. */
    void held(Origin peer, Holdings some, long now) {
        if (over || !peer.equals(asked) || some.after() != after) {
            return;
        }
        answeredAt = now;
        Optional<Holdings.End> end = some.end();
        if (!begun && end.isPresent() && !end.get().whole()) {
            empty.add(peer);
            asked = null;
            askNext(now);
            return;
        }
        begun = true;
        ledger.inherit(some);
        after = some.through();
        if (end.isPresent()) {
            positions = end.get().positions();
            over = true;
        } else {
            put(peer, now);
        }
    }

    /** Goes on with what there is. */
    void end() {
        if (begun && !over) {
            ledger.disinherit();
        }
        over = true;
    }

    private void askNext(long now) {
        Optional<Origin> next =
                met.stream().filter(peer -> !tried.contains(peer)).findFirst();
        if (next.isEmpty()) { // all from the beginning: one that had nothing may have all by now
            tried.clear();
            return;
        }
        tried.add(next.get());
        asked = next.get();
        answeredAt = now;
        put(next.get(), now);
    }

    private void put(Origin peer, long now) {
        askedAt = now;
        ask.accept(peer, after);
    }
}
