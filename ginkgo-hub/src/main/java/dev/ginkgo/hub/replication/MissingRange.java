package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.spi.NodeIncarnation;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A missing range, and the peers from which its retransmission has been requested. Guarded by its {@link Replicator}.
 */
final class MissingRange {
    /** How long later messages are held back for a missing range. */
    static final Duration MAX_WAIT = Duration.ofMillis(500);

    /** How long to wait for the response of a peer before the next one is asked. */
    private static final long RESPONSE_TIMEOUT = Duration.ofMillis(150).toNanos();

    final long to;
    final long openedAt;

    private final NodeIncarnation origin;
    private final Set<NodeIncarnation> requestedPeers = new HashSet<>();
    private final Set<NodeIncarnation> exhaustedPeers = new HashSet<>();
    private long deadline;
    private @Nullable NodeIncarnation requestedFrom;
    private long requestedAt;

    /**
     * Opens a missing range.
     *
     * @param to the sequence number of the last missing message
     */
    MissingRange(NodeIncarnation origin, long to, long now) {
        this.origin = origin;
        this.to = to;
        openedAt = now;
        deadline = now + MAX_WAIT.toNanos();
    }

    /** Extends the deadline. */
    void extend(long now) {
        deadline = now + MAX_WAIT.toNanos();
    }

    /** Returns whether a response of the given peer is expected. */
    boolean isAwaiting(NodeIncarnation peer) {
        return peer.equals(requestedFrom);
    }

    /** Returns whether the response to the last request is overdue. */
    boolean isOverdue(long now) {
        return now - requestedAt >= RESPONSE_TIMEOUT;
    }

    /** Returns whether the deadline has passed. */
    boolean isExpired(long now) {
        return now - deadline >= 0;
    }

    /**
     * Returns whether the origin and all peers have responded. The origin is required as well: its messages may arrive
     * before requests can be sent to it.
     */
    boolean isExhausted(Set<NodeIncarnation> peers) {
        return exhaustedPeers.contains(origin) && exhaustedPeers.containsAll(peers);
    }

    /** Records that a peer has sent everything that it has of the range. */
    void rangeReceived(NodeIncarnation peer) {
        exhaustedPeers.add(peer);
    }

    /**
     * Requests the remainder from all peers again, within the same deadline, after the first part has been declared
     * lost.
     */
    void restart(long now) {
        requestedAt = now - RESPONSE_TIMEOUT; // makes the request overdue
        requestedPeers.clear();
        exhaustedPeers.clear();
    }

    /**
     * Returns the peer to request from next: first the origin, then each other peer. Peers that have not responded are
     * asked again, because the request or the response may have been lost. Null if there is no peer at present.
     */
    @Nullable
    NodeIncarnation nextPeer(Set<NodeIncarnation> peers, long now) {
        if (requestedPeers.containsAll(peers)) {
            requestedPeers.retainAll(exhaustedPeers);
        }
        requestedFrom = peers.contains(origin) && !requestedPeers.contains(origin)
                ? origin
                : peers.stream()
                        .filter(peer -> !requestedPeers.contains(peer))
                        .findFirst()
                        .orElse(null);
        if (requestedFrom != null) {
            requestedPeers.add(requestedFrom);
        }
        requestedAt = now;
        return requestedFrom;
    }

    /** Records a further request to the same peer. */
    void requestedAgain(long now) {
        requestedAt = now;
    }
}
