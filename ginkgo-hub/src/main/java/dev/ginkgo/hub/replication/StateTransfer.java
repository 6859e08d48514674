package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.SnapshotChunk;
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
 * silent in between, what has come stays, and counts as incomplete. Guarded by its {@link Replicator}.
 */
final class StateTransfer {
    /** How long a peer may take to answer before it is asked once more. */
    private static final long ANSWER = Duration.ofMillis(300).toNanos();

    /** How long it may take in all. */
    private static final long SILENCE = Duration.ofMillis(1_500).toNanos();

    private final ReplicationSink ledger;
    private final BiConsumer<NodeIncarnation, Long> ask;
    private final Set<NodeIncarnation> met = new LinkedHashSet<>();
    private final Set<NodeIncarnation> tried = new HashSet<>();
    private final Set<NodeIncarnation> empty = new HashSet<>();
    private @Nullable NodeIncarnation asked;
    private long askedAt;
    private long answeredAt;
    private long after;
    private boolean begun;
    private boolean over;
    private Map<NodeIncarnation, Long> positions = Map.of();

    /**
     * Begins with nobody to ask.
     *
     * @param ask asks a peer for what it holds, from a place on
     */
    StateTransfer(ReplicationSink ledger, BiConsumer<NodeIncarnation, Long> ask) {
        this.ledger = ledger;
        this.ask = ask;
    }

    boolean isOver() {
        return over;
    }

    /** How far each life of each node has come with it. */
    Map<NodeIncarnation, Long> positions() {
        return positions;
    }

    /** A peer can be asked. */
    void meet(NodeIncarnation peer, long now) {
        if (met.add(peer) && asked == null) {
            askNext(now);
        }
    }

    /** Whether all of these have said that they have nothing; also if there are none. */
    boolean isVain(Set<NodeIncarnation> peers) {
        return !begun && empty.containsAll(peers);
    }

    /** Time has passed. */
    void tick(long now) {
        NodeIncarnation present = asked;
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
    void held(NodeIncarnation peer, SnapshotChunk some, long now) {
        if (over || !peer.equals(asked) || some.after() != after) {
            return;
        }
        answeredAt = now;
        Optional<SnapshotChunk.End> end = some.end();
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
        Optional<NodeIncarnation> next =
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

    private void put(NodeIncarnation peer, long now) {
        askedAt = now;
        ask.accept(peer, after);
    }
}
