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

/**
 * Reorder buffer for the messages of one origin. When a range is missing, later messages are held back while the range
 * is requested from peers ({@link Retransmission}). When no peer that could have it responds with it, the range is
 * declared lost and a gap is reported. Messages above the limit for held messages are dropped, the latest first, and
 * requested when the earlier ones have been delivered.
 *
 * <pre>
 *     1 … position | position + 1 …         | … known
 *     delivered      held back, or requested   reported to exist
 * </pre>
 *
 * Guarded by its {@link Replicator}.
 */
final class OriginReceiver {
    /** How long a message that another peer has already received may still be in transit from its origin. */
    private static final long GOSSIP_DELAY = Duration.ofMillis(250).toNanos();

    /** Limit for the messages that are held back, in bytes. */
    private static final long MAX_HELD_BYTES = 16 * 1024 * 1024;

    final NodeIncarnation origin;

    private final ReplicationSink sink;
    private final BooleanSupplier blocked;
    private final TreeMap<Long, Envelope> held = new TreeMap<>();
    private final Retransmission retransmission;
    private long heldBytes;
    private long position;
    private long known;
    private long beforeSubscribers = -1; // last known sequence number before there were subscribers
    private long gossip;
    private long gossipAt;

    /**
     * Creates a receiver without messages.
     *
     * @param peers the peers from which ranges can be requested now
     * @param members the other members
     * @param requestRange sends a request to a peer
     * @param blocked whether messages of an earlier incarnation, or a state transfer, must complete first; until then
     *     messages are held back or requested later
     */
    OriginReceiver(
            NodeIncarnation origin,
            ReplicationSink replicationSink,
            Supplier<Set<NodeIncarnation>> peers,
            Supplier<Set<NodeIncarnation>> members,
            BiConsumer<NodeIncarnation, SequenceRange> requestRange,
            BooleanSupplier blocked) {
        this.origin = origin;
        this.sink = replicationSink;
        this.blocked = blocked;
        retransmission = new Retransmission(origin, peers, members, requestRange, held);
    }

    /** Returns the last sequence number that has been delivered or declared lost. */
    long position() {
        return position;
    }

    /** Returns whether every known message has been delivered or declared lost. */
    boolean isSettled() {
        return position >= known;
    }

    /** Skips the messages up to a sequence number that were received by other means. */
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

    /**
     * Notes that this node starts to accept subscribers. No current subscriber misses a message that was published
     * before.
     */
    void start(long now) {
        beforeSubscribers = Math.max(known, gossip);
        advance(now);
    }

    // ---- input from peers

    /** Processes the last sequence number as reported by the origin itself. */
    void heartbeat(long last, long now) {
        raiseKnown(last);
        advance(now);
    }

    /** Processes the last sequence number of this origin as reported by another peer. */
    void gossip(long last, long now) {
        if (last > Math.max(known, gossip)) {
            gossipAt = gossip <= known ? now : gossipAt;
            gossip = last;
        }
    }

    void received(Envelope message, long now) {
        if (message.sequence() == position + 1 && known == position && held.isEmpty() && !blocked.getAsBoolean()) {
            known = message.sequence();
            deliver(message);
            retransmission.delivered(position);
            return;
        }
        raiseKnown(message.sequence() - 1);
        buffer(message);
        advance(now);
    }

    void rangeReceived(NodeIncarnation peer, RangeResponse rangeResponse, long now) {
        rangeResponse.messages().forEach(this::buffer);
        if (!blocked.getAsBoolean()) {
            retransmission.responded(peer, rangeResponse, now); // before delivery, which closes ranges
        }
        advance(now);
    }

    /** Checks the timeouts. */
    void tick(long now) {
        if (gossip > known && now - gossipAt >= GOSSIP_DELAY) {
            raiseKnown(gossip);
        }
        advance(now);
        if (!blocked.getAsBoolean()) {
            retransmission.tick(now);
        }
    }

    /**
     * Notes that a newer incarnation of the node has started. No message of this one is in transit any more, so
     * everything that other peers report is requested.
     */
    void incarnationEnded(long now) {
        raiseKnown(gossip);
        advance(now);
    }

    /** Declares every missing message lost. */
    void declareLost() {
        declareLost(known);
    }

    // ---- ordered delivery

    private void raiseKnown(long last) {
        known = Math.max(known, last);
    }

    private void buffer(Envelope message) {
        raiseKnown(message.sequence());
        if (message.sequence() > position && held.putIfAbsent(message.sequence(), message) == null) {
            heldBytes += message.memoryBytes();
            while (heldBytes > MAX_HELD_BYTES && held.lastKey() > position + 1) {
                drop(held.lastEntry().getValue());
            }
        }
    }

    private void drop(Envelope message) {
        held.remove(message.sequence());
        heldBytes -= message.memoryBytes();
        retransmission.dropped(message.sequence());
    }

    private void deliverInOrder() {
        for (Envelope next = held.remove(position + 1); next != null; next = held.remove(position + 1)) {
            heldBytes -= next.memoryBytes();
            deliver(next);
        }
        retransmission.delivered(position);
    }

    private void deliver(Envelope next) {
        position++;
        sink.relay(next);
    }

    /** Delivers what is in order, and requests or gives up missing ranges. */
    void advance(long now) {
        if (blocked.getAsBoolean()) {
            return;
        }
        deliverInOrder();
        for (MissingRange lost = retransmission.nextLost(now); lost != null; lost = retransmission.nextLost(now)) {
            declareLost(lost.to);
        }
        if (position < known) {
            retransmission.request(known, heldBytes < MAX_HELD_BYTES / 2, now);
        }
    }

    /** Returns the first missing range up to a sequence number. */
    private SequenceRange nextMissingRange(long to) {
        return new SequenceRange(origin, position + 1, held.isEmpty() ? to : Math.min(to, held.firstKey() - 1));
    }

    /** Declares the missing messages up to a sequence number lost. */
    private void declareLost(long to) {
        while (position < to) {
            SequenceRange missing = nextMissingRange(to);
            sink.recordLoss(
                    new ReplicationSink.Loss(missing, unaffectedChannels(missing), missing.to() <= beforeSubscribers));
            position = missing.to();
            deliverInOrder();
        }
    }

    /**
     * Returns the channels that have lost nothing: the next message of each states that its predecessor is not in the
     * missing range.
     */
    private Set<String> unaffectedChannels(SequenceRange missing) {
        Set<String> seen = new HashSet<>();
        Set<String> unaffected = new HashSet<>();
        for (Envelope message : held.values()) {
            if (seen.add(message.channel()) && message.previous() < missing.from()) {
                unaffected.add(message.channel());
            }
        }
        return unaffected;
    }
}
