package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.spi.NodeIncarnation;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A missing range, and the peers from which its retransmission has been requested. The range is lost when every peer
 * that could have it has responded, or when no response has arrived for {@link #MAX_SILENCE}. Guarded by its {@link
 * Replicator}.
 */
final class MissingRange {
    /**
     * How long later messages are held back while peers that could have the range do not respond. Longer than a
     * transport needs to reconnect to a member, or to detect that a peer is dead.
     */
    static final Duration MAX_SILENCE = Duration.ofSeconds(5);

    /** The same if only the origin could have the range, and the origin is not a member. */
    static final Duration MAX_WAIT_FOR_ABSENT_ORIGIN = Duration.ofMillis(500);

    /** How long to wait for the response of a peer before the next one is asked. */
    private static final long RESPONSE_TIMEOUT = Duration.ofMillis(150).toNanos();

    final long from;
    final long to;

    private final NodeIncarnation origin;
    private final Set<NodeIncarnation> requestedPeers;
    private final Set<NodeIncarnation> exhaustedPeers;
    private @Nullable NodeIncarnation requestedFrom;
    private long requestNumber;
    private long requestedAt;
    private long progressAt;

    /**
     * Opens a missing range.
     *
     * @param from the sequence number of the first missing message
     * @param to the sequence number of the last missing message
     */
    MissingRange(NodeIncarnation origin, long from, long to, long now) {
        this.origin = origin;
        this.from = from;
        this.to = to;
        requestedPeers = new HashSet<>();
        exhaustedPeers = new HashSet<>();
        requestedAt = now;
        progressAt = now;
    }

    private MissingRange(MissingRange whole, long from, long to) {
        origin = whole.origin;
        this.from = from;
        this.to = to;
        requestedPeers = new HashSet<>(whole.requestedPeers);
        exhaustedPeers = new HashSet<>(whole.exhaustedPeers);
        requestedFrom = whole.requestedFrom;
        requestNumber = whole.requestNumber;
        requestedAt = whole.requestedAt;
        progressAt = whole.progressAt;
    }

    /** Returns a part of this range, in the same state. */
    MissingRange part(long first, long last) {
        return new MissingRange(this, first, last);
    }

    /** Returns whether a response of the given peer is expected. */
    boolean isAwaiting(NodeIncarnation peer) {
        return peer.equals(requestedFrom);
    }

    /** Returns the number of the last request. */
    long requestNumber() {
        return requestNumber;
    }

    /** Returns whether the response to the last request is overdue. */
    boolean isOverdue(long now) {
        return now - requestedAt >= RESPONSE_TIMEOUT;
    }

    /**
     * Returns whether the range is lost. The origin must have responded as well: its messages may arrive before
     * requests can be sent to it.
     *
     * @param ready the peers to which requests can be sent now
     * @param members the other members
     */
    boolean isLost(Set<NodeIncarnation> ready, Set<NodeIncarnation> members, long now) {
        boolean exhausted = exhaustedPeers.containsAll(ready) && exhaustedPeers.containsAll(members);
        if (exhausted && exhaustedPeers.contains(origin)) {
            return true;
        }
        Duration limit = exhausted ? MAX_WAIT_FOR_ABSENT_ORIGIN : MAX_SILENCE;
        return now - progressAt >= limit.toNanos();
    }

    /** Records that a peer has sent everything that it has of the range. */
    void exhausted(NodeIncarnation peer) {
        exhaustedPeers.add(peer);
    }

    /** Records that the peer continues to send: waits longer, for the next response and in total. */
    void progress(long now) {
        requestedAt = now;
        progressAt = now;
    }

    /**
     * Returns the peer to request from next: first the origin, then each other peer. Peers that have not responded are
     * asked again, because the request or the response may have been lost. Null if there is no peer at present.
     */
    @Nullable
    NodeIncarnation nextPeer(Set<NodeIncarnation> peers) {
        if (requestedPeers.containsAll(peers)) {
            requestedPeers.retainAll(exhaustedPeers);
        }
        return peers.contains(origin) && !requestedPeers.contains(origin)
                ? origin
                : peers.stream()
                        .filter(peer -> !requestedPeers.contains(peer))
                        .findFirst()
                        .orElse(null);
    }

    /** Records a request, or that there was no peer to send it to. */
    void requested(@Nullable NodeIncarnation peer, long number, long now) {
        requestedFrom = peer;
        requestNumber = number;
        requestedAt = now;
        if (peer != null) {
            requestedPeers.add(peer);
        }
    }
}
