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
    private static final long RESPONSE_TIMEOUT = Duration.ofMillis(300).toNanos();

    /** How long it may take in all. */
    private static final long PEER_TIMEOUT = Duration.ofMillis(1_500).toNanos();

    private final ReplicationSink sink;
    private final BiConsumer<NodeIncarnation, Long> ask;
    private final Set<NodeIncarnation> available = new LinkedHashSet<>();
    private final Set<NodeIncarnation> tried = new HashSet<>();
    private final Set<NodeIncarnation> empty = new HashSet<>();
    private @Nullable NodeIncarnation requestedFrom;
    private long requestedAt;
    private long lastResponseAt;
    private long after;
    private boolean started;
    private boolean finished;
    private Map<NodeIncarnation, Long> positions = Map.of();

    /**
     * Begins with nobody to ask.
     *
     * @param ask asks a peer for what it holds, from a place on
     */
    StateTransfer(ReplicationSink replicationSink, BiConsumer<NodeIncarnation, Long> ask) {
        this.sink = replicationSink;
        this.ask = ask;
    }

    boolean isFinished() {
        return finished;
    }

    /** How far each life of each node has come with it. */
    Map<NodeIncarnation, Long> positions() {
        return positions;
    }

    /** A peer can be asked. */
    void peerAvailable(NodeIncarnation peer, long now) {
        if (available.add(peer) && requestedFrom == null) {
            requestFromNext(now);
        }
    }

    /** Whether all of these have said that they have nothing; also if there are none. */
    boolean hasNothingToTransfer(Set<NodeIncarnation> peers) {
        return !started && empty.containsAll(peers);
    }

    /** Time has passed. */
    void tick(long now) {
        NodeIncarnation present = requestedFrom;
        if (present == null) {
            requestFromNext(now);
        } else if (now - lastResponseAt >= PEER_TIMEOUT) {
            if (started) {
                stop();
            } else {
                requestedFrom = null;
                requestFromNext(now);
            }
        } else if (now - requestedAt >= RESPONSE_TIMEOUT) {
            request(present, now);
        }
    }

    /** A peer has answered. */
    void chunkReceived(NodeIncarnation peer, SnapshotChunk some, long now) {
        if (finished || !peer.equals(requestedFrom) || some.after() != after) {
            return;
        }
        lastResponseAt = now;
        Optional<SnapshotChunk.End> end = some.end();
        if (!started && end.isPresent() && !end.get().complete()) {
            empty.add(peer);
            requestedFrom = null;
            requestFromNext(now);
            return;
        }
        started = true;
        sink.applySnapshot(some);
        after = some.through();
        if (end.isPresent()) {
            positions = end.get().positions();
            finished = true;
        } else {
            request(peer, now);
        }
    }

    /** Goes on with what there is. */
    void stop() {
        if (started && !finished) {
            sink.abandonSnapshot();
        }
        finished = true;
    }

    private void requestFromNext(long now) {
        Optional<NodeIncarnation> next =
                available.stream().filter(peer -> !tried.contains(peer)).findFirst();
        if (next.isEmpty()) { // all from the beginning: one that had nothing may have all by now
            tried.clear();
            return;
        }
        tried.add(next.get());
        requestedFrom = next.get();
        lastResponseAt = now;
        request(next.get(), now);
    }

    private void request(NodeIncarnation peer, long now) {
        requestedAt = now;
        ask.accept(peer, after);
    }
}
