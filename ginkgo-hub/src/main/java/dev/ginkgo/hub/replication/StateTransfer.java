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
 * State transfer to a node that starts: one peer sends its retained messages, of all nodes and their earlier
 * incarnations (including those of the starting node), in its own order, before any other message is accepted.
 *
 * <pre>
 *            peer available             first chunk            last chunk
 *   waiting ---------------> requesting ------------> receiving ----------> finished
 *      ^                         |                        |                    ^
 *      '---- timeout, or the ----'                        '----- timeout ------'
 *            peer has no state
 * </pre>
 *
 * Requests are repeated until the transfer is stopped, because a peer that has just started may have its state a moment
 * later. The first chunk of any peer that was asked starts the transfer, also if it arrives after that peer's timeout: on a busy
 * machine, each peer may take longer. If the peer times out during the transfer, the chunks received so far are kept, and the
 * state counts as incomplete. Guarded by its {@link Replicator}.
 */
final class StateTransfer {
    /**
     * How long to wait for a response before the request is repeated; twice as long for each repetition, because responses
     * to all of them add to what delays them.
     */
    private static final long RESPONSE_TIMEOUT = Duration.ofMillis(300).toNanos();

    /** How long to wait for the first response of a peer before another one is asked. */
    private static final long PEER_TIMEOUT = Duration.ofMillis(1_500).toNanos();

    /** How long to wait for the next response of the peer that transfers its state. */
    private static final long TRANSFER_TIMEOUT = Duration.ofSeconds(4).toNanos();

    /** Additional time for the start to wait if there is a peer that can transfer its state. */
    private static final Duration EXTENSION = Duration.ofSeconds(3);

    /** Limit for a state transfer that has begun; it ends earlier if the peer does not continue. */
    private static final Duration MAX_TRANSFER = Duration.ofSeconds(45);

    private final ReplicationSink sink;
    private final BiConsumer<NodeIncarnation, Long> requestSnapshot;
    private final Set<NodeIncarnation> available = new LinkedHashSet<>();
    private final Set<NodeIncarnation> requestedPeers = new HashSet<>(); // in this round
    private final Set<NodeIncarnation> askedPeers = new HashSet<>(); // in any round
    private final Set<NodeIncarnation> peersWithoutState = new HashSet<>();
    private @Nullable NodeIncarnation requestedFrom;
    private long requestedAt;
    private long responseTimeout = RESPONSE_TIMEOUT;
    private long lastResponseAt;
    private long after;
    private boolean started;
    private boolean finished;
    private Map<NodeIncarnation, Long> positions = Map.of();

    /**
     * Creates a state transfer without peers.
     *
     * @param requestSnapshot requests the next chunk from a peer, after an arrival number
     */
    StateTransfer(ReplicationSink replicationSink, BiConsumer<NodeIncarnation, Long> requestSnapshot) {
        this.sink = replicationSink;
        this.requestSnapshot = requestSnapshot;
    }

    boolean isFinished() {
        return finished;
    }

    /** Returns the last position of each incarnation of each node that the snapshot covers. */
    Map<NodeIncarnation, Long> positions() {
        return positions;
    }

    /** Adds a peer from which state can be requested. */
    void peerAvailable(NodeIncarnation peer, long now) {
        if (available.add(peer) && requestedFrom == null) {
            requestFromNext(now);
        }
    }

    /**
     * Returns how long a start waits for this transfer in total.
     *
     * @param timeout how long it waits until the transfer begins, if there is no peer
     * @param alone whether there is no peer at present
     */
    Duration limit(Duration timeout, boolean alone) {
        if (started) {
            return MAX_TRANSFER;
        }
        return alone ? timeout : timeout.plus(EXTENSION);
    }

    /** Returns whether each of the given peers has reported that it has no state; true if there are none. */
    boolean hasNothingToTransfer(Set<NodeIncarnation> peers) {
        return !started && peersWithoutState.containsAll(peers);
    }

    /** Checks the timeouts. */
    void tick(long now) {
        NodeIncarnation current = requestedFrom;
        if (current == null) {
            requestFromNext(now);
        } else if (now - lastResponseAt >= (started ? TRANSFER_TIMEOUT : PEER_TIMEOUT)) {
            if (started) {
                stop();
            } else {
                requestedFrom = null;
                requestFromNext(now);
            }
        } else if (now - requestedAt >= responseTimeout) {
            responseTimeout *= 2;
            request(current, now);
        }
    }

    /** Processes a chunk. */
    void chunkReceived(NodeIncarnation peer, SnapshotChunk chunk, long now) {
        boolean expected = started ? peer.equals(requestedFrom) : askedPeers.contains(peer);
        if (finished || !expected || chunk.after() != after) {
            return;
        }
        Optional<SnapshotChunk.End> end = chunk.end();
        if (!started && end.isPresent() && !end.get().complete()) {
            peersWithoutState.add(peer);
            if (peer.equals(requestedFrom)) {
                requestedFrom = null;
                requestFromNext(now);
            }
            return;
        }
        started = true;
        requestedFrom = peer;
        lastResponseAt = now;
        responseTimeout = RESPONSE_TIMEOUT;
        sink.applySnapshot(chunk);
        after = chunk.through();
        if (end.isPresent()) {
            positions = end.get().positions();
            finished = true;
        } else {
            request(peer, now);
        }
    }

    /** Finishes with the state received so far. */
    void stop() {
        if (started && !finished) {
            sink.abandonSnapshot();
        }
        finished = true;
    }

    private void requestFromNext(long now) {
        Optional<NodeIncarnation> next = available.stream()
                .filter(peer -> !requestedPeers.contains(peer))
                .findFirst();
        if (next.isEmpty()) { // start over: a peer that had no state may have one by now
            requestedPeers.clear();
            return;
        }
        requestedPeers.add(next.get());
        askedPeers.add(next.get());
        requestedFrom = next.get();
        lastResponseAt = now;
        responseTimeout = RESPONSE_TIMEOUT;
        request(next.get(), now);
    }

    private void request(NodeIncarnation peer, long now) {
        requestedAt = now;
        requestSnapshot.accept(peer, after);
    }
}
