package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.spi.NodeIncarnation;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A stretch that is missing, and whom has been asked for it. Guarded by its {@link Replicator}. */
final class MissingRange {
    /** How long what has come waits for what is missing. */
    static final Duration MAX_WAIT = Duration.ofMillis(500);

    /** How long a peer may take to answer before the next one is asked. */
    private static final long RESPONSE_TIMEOUT = Duration.ofMillis(150).toNanos();

    final long to;
    final long openedAt;

    private final NodeIncarnation nodeIncarnation;
    private final Set<NodeIncarnation> tried = new HashSet<>();
    private final Set<NodeIncarnation> rangeReceived = new HashSet<>();
    private long deadline;
    private @Nullable NodeIncarnation requestedFrom;
    private long requestedAt;

    /**
     * Opens one.
     *
     * @param to the number of the last message that is missing
     */
    MissingRange(NodeIncarnation nodeIncarnation, long to, long now) {
        this.nodeIncarnation = nodeIncarnation;
        this.to = to;
        openedAt = now;
        deadline = now + MAX_WAIT.toNanos();
    }

    /** There is hope: it may stay open for longer. */
    void extend(long now) {
        deadline = now + MAX_WAIT.toNanos();
    }

    /** Whether that peer's answer is waited for. */
    boolean isAwaiting(NodeIncarnation peer) {
        return peer.equals(requestedFrom);
    }

    boolean isOverdue(long now) {
        return now - requestedAt >= RESPONSE_TIMEOUT;
    }

    boolean isExpired(long now) {
        return now - deadline >= 0;
    }

    /** Whether all who are there have answered, the origin too: it may be heard before it can be asked. */
    boolean isExhausted(Set<NodeIncarnation> peers) {
        return rangeReceived.contains(nodeIncarnation) && rangeReceived.containsAll(peers);
    }

    /** That peer has said all it can. */
    void rangeReceived(NodeIncarnation peer) {
        rangeReceived.add(peer);
    }

    /** What is missing first is given up, and the rest is asked for from the beginning, in the time that is left. */
    void restart(long now) {
        requestedAt = now - RESPONSE_TIMEOUT; // so that it is overdue
        tried.clear();
        rangeReceived.clear();
    }

    /**
     * Whom to ask next: the origin first, then each of the others; who has not answered by then is asked once more, as the
     * question or the answer may be lost. Null if there is nobody, perhaps only now.
     */
    @Nullable
    NodeIncarnation nextPeer(Set<NodeIncarnation> peers, long now) {
        if (tried.containsAll(peers)) {
            tried.retainAll(rangeReceived);
        }
        requestedFrom = peers.contains(nodeIncarnation) && !tried.contains(nodeIncarnation)
                ? nodeIncarnation
                : peers.stream()
                        .filter(peer -> !tried.contains(peer))
                        .findFirst()
                        .orElse(null);
        if (requestedFrom != null) {
            tried.add(requestedFrom);
        }
        requestedAt = now;
        return requestedFrom;
    }

    /** The same peer is asked for more. */
    void requestedAgain(long now) {
        requestedAt = now;
    }
}
