package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.spi.NodeIncarnation;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A stretch that is missing, and whom has been asked for it. Guarded by its {@link Replicator}. */
final class MissingRange {
    /** How long what has come waits for what is missing. */
    static final Duration HOLD = Duration.ofMillis(500);

    /** How long a peer may take to answer before the next one is asked. */
    private static final long ANSWER = Duration.ofMillis(150).toNanos();

    final long to;
    final long openedAt;

    private final NodeIncarnation origin;
    private final Set<NodeIncarnation> tried = new HashSet<>();
    private final Set<NodeIncarnation> answered = new HashSet<>();
    private long deadline;
    private @Nullable NodeIncarnation asked;
    private long askedAt;

    /**
     * Opens one.
     *
     * @param to the number of the last message that is missing
     */
    MissingRange(NodeIncarnation origin, long to, long now) {
        this.origin = origin;
        this.to = to;
        openedAt = now;
        deadline = now + HOLD.toNanos();
    }

    /** There is hope: it may stay open for longer. */
    void extend(long now) {
        deadline = now + HOLD.toNanos();
    }

    /** Whether that peer's answer is waited for. */
    boolean waitsFor(NodeIncarnation peer) {
        return peer.equals(asked);
    }

    boolean isOverdue(long now) {
        return now - askedAt >= ANSWER;
    }

    boolean isLate(long now) {
        return now - deadline >= 0;
    }

    /** Whether all who are there have answered, the origin too: it may be heard before it can be asked. */
    boolean isExhausted(Set<NodeIncarnation> peers) {
        return answered.contains(origin) && answered.containsAll(peers);
    }

    /** That peer has said all it can. */
    void answered(NodeIncarnation peer) {
        answered.add(peer);
    }

    /** What is missing first is given up, and the rest is asked for from the beginning, in the time that is left. */
    void restart(long now) {
        askedAt = now - ANSWER; // so that it is overdue
        tried.clear();
        answered.clear();
    }

    /**
     * Whom to ask next: the origin first, then each of the others; who has not answered by then is asked once more, as the
     * question or the answer may be lost. Null if there is nobody, perhaps only now.
     */
    @Nullable
    NodeIncarnation next(Set<NodeIncarnation> peers, long now) {
        if (tried.containsAll(peers)) {
            tried.retainAll(answered);
        }
        asked = peers.contains(origin) && !tried.contains(origin)
                ? origin
                : peers.stream()
                        .filter(peer -> !tried.contains(peer))
                        .findFirst()
                        .orElse(null);
        if (asked != null) {
            tried.add(asked);
        }
        askedAt = now;
        return asked;
    }

    /** The same peer is asked for more. */
    void again(long now) {
        askedAt = now;
    }
}
