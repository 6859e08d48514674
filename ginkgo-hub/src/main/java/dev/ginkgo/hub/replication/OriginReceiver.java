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
 * asked for it, one after another; when all have been asked, or after {@link MissingRange#MAX_WAIT}, it is given up, and told.
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
    private static final long GOSSIP_DELAY = Duration.ofMillis(250).toNanos();

    /** What may wait, in bytes. */
    private static final long MAX_HELD_BYTES = 16 * 1024 * 1024;

    final NodeIncarnation nodeIncarnation;

    private final ReplicationSink sink;
    private final Supplier<Set<NodeIncarnation>> peers;
    private final BiConsumer<NodeIncarnation, SequenceRange> requestRange;
    private final BooleanSupplier blocked;

    private final TreeMap<Long, Envelope> held = new TreeMap<>();
    private long heldBytes;
    private long position;
    private long known;
    private long first = -1; // how far the origin was when it was first heard
    private long beforeSubscribers = -1; // how far it was known to be before anybody read here
    private long gossip;
    private long gossipAt;
    private @Nullable MissingRange missing;

    /**
     * Begins with nothing.
     *
     * @param peers who can be asked now
     * @param ask asks one
     * @param heldBack whether something has to come before anything of this; what comes then waits, or is asked for
     *     later
     */
    OriginReceiver(
            NodeIncarnation nodeIncarnation,
            ReplicationSink replicationSink,
            Supplier<Set<NodeIncarnation>> peers,
            BiConsumer<NodeIncarnation, SequenceRange> ask,
            BooleanSupplier heldBack) {
        this.nodeIncarnation = nodeIncarnation;
        this.sink = replicationSink;
        this.peers = peers;
        this.requestRange = ask;
        this.blocked = heldBack;
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
            heldBytes -= old.values().stream().mapToLong(Envelope::memoryBytes).sum();
            old.clear();
        }
        advance(now);
    }

    /** This node begins to have readers: what is known to have been published until now, none of them misses. */
    void start(long now) {
        beforeSubscribers = Math.max(known, gossip);
        advance(now);
    }

    // ---- what is heard

    /** The origin itself says how far it is. */
    void heartbeat(long last, long now) {
        raiseKnown(last);
        advance(now);
    }

    /** A third node says how far it is with this origin. */
    void gossip(long last, long now) {
        if (last > Math.max(known, gossip)) {
            gossipAt = gossip <= known ? now : gossipAt;
            gossip = last;
        }
    }

    void received(Envelope message, long now) {
        raiseKnown(message.sequence() - 1);
        buffer(message);
        advance(now);
    }

    void rangeReceived(NodeIncarnation peer, RangeResponse rangeResponse, long now) {
        rangeResponse.messages().forEach(this::buffer);
        if (!blocked.getAsBoolean()) {
            deliverInOrder();
        }
        MissingRange open = missing;
        if (open != null && open.isAwaiting(peer) && position < open.to) {
            if (position < first && now - open.openedAt < CATCH_UP) {
                open.extend(now);
            }
            if (rangeResponse.through() < rangeResponse.range().to()) {
                open.requestedAgain(now);
                requestRange.accept(peer, nextMissingRange(open.to));
            } else {
                open.rangeReceived(peer);
                requestFromNext(open, now);
            }
        }
        advance(now);
    }

    /** Time has passed. */
    void tick(long now) {
        if (gossip > known && now - gossipAt >= GOSSIP_DELAY) {
            raiseKnown(gossip);
            advance(now);
        }
        MissingRange open = missing;
        if (open != null && open.isExpired(now)) {
            declareLost(open.to);
            advance(now);
        } else if (open != null && open.isExhausted(peers.get())) {
            declareLost(nextMissingRange(open.to).to());
            open.restart(now);
            advance(now);
        }
        if (missing != null && missing.isOverdue(now)) {
            requestFromNext(missing, now);
        }
    }

    /** Another life of the node has begun. Nothing is on its way any more: what others have of it is asked for. */
    void incarnationEnded(long now) {
        raiseKnown(gossip);
        advance(now);
    }

    /** Nothing more is waited for. */
    void declareLost() {
        declareLost(known);
        missing = null;
    }

    // ---- in order

    private void raiseKnown(long last) {
        first = first < 0 ? last : first;
        known = Math.max(known, last);
    }

    private void buffer(Envelope message) {
        if (blocked.getAsBoolean() && heldBytes > MAX_HELD_BYTES) {
            known = Math.max(known, message.sequence()); // to be asked for when it is its turn
        } else if (message.sequence() > position && held.putIfAbsent(message.sequence(), message) == null) {
            heldBytes += message.memoryBytes();
            known = Math.max(known, message.sequence());
        }
    }

    private void deliverInOrder() {
        for (Envelope next = held.remove(position + 1); next != null; next = held.remove(position + 1)) {
            heldBytes -= next.memoryBytes();
            position++;
            sink.relay(next);
        }
    }

    /** Does what can be done now. */
    void advance(long now) {
        if (blocked.getAsBoolean()) {
            return;
        }
        deliverInOrder();
        if (missing != null && heldBytes > MAX_HELD_BYTES) {
            declareLost(missing.to);
        }
        if (missing != null && position >= missing.to) {
            missing = null;
        }
        if (missing == null && position < known) {
            MissingRange opened =
                    new MissingRange(nodeIncarnation, nextMissingRange(known).to(), now);
            missing = opened;
            requestFromNext(opened, now);
        }
    }

    private void requestFromNext(MissingRange open, long now) {
        NodeIncarnation next = open.nextPeer(peers.get(), now);
        if (next != null) {
            requestRange.accept(next, nextMissingRange(open.to));
        }
    }

    /** The first stretch that is missing up to there. */
    private SequenceRange nextMissingRange(long to) {
        return new SequenceRange(
                nodeIncarnation, position + 1, held.isEmpty() ? to : Math.min(to, held.firstKey() - 1));
    }

    /** Goes on without what is missing up to there, if anything. */
    private void declareLost(long to) {
        while (position < to) {
            SequenceRange missing = nextMissingRange(to);
            sink.lost(
                    new ReplicationSink.Loss(missing, unaffectedChannels(missing), missing.to() <= beforeSubscribers));
            position = missing.to();
            deliverInOrder();
        }
    }

    /** The channels whose next message says that nothing of them is missing. */
    private Set<String> unaffectedChannels(SequenceRange missing) {
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
