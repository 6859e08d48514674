package dev.ginkgo.hub.replication;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The missing ranges of one origin whose retransmission has been requested: at most {@link #MAX_OPEN}, so that the
 * responses follow one another without a pause, and their memory is bounded. The length of a range adapts to the number
 * of messages that fit into a response. Guarded by its {@link Replicator}.
 */
final class Retransmission {
    /** Maximum number of ranges requested at a time; a response has about {@link RangeResponse#MAX_BYTES}. */
    private static final int MAX_OPEN = 8;

    private static final long INITIAL_LENGTH = 512;
    private static final long MAX_LENGTH = 1 << 20;

    private final NodeIncarnation origin;
    private final Supplier<Set<NodeIncarnation>> peers;
    private final Supplier<Set<NodeIncarnation>> members;
    private final BiConsumer<NodeIncarnation, SequenceRange> requestRange;
    private final NavigableMap<Long, Envelope> held;

    private final TreeMap<Long, MissingRange> open = new TreeMap<>(); // by first sequence number
    private long position;
    private long requestedTo; // every later message up to here is held, or part of an open range
    private long length = INITIAL_LENGTH;
    private long requests;

    /**
     * Creates an instance without missing ranges.
     *
     * @param peers the peers to which requests can be sent now
     * @param members the other members
     * @param held the messages of the origin that are held back
     */
    Retransmission(
            NodeIncarnation origin,
            Supplier<Set<NodeIncarnation>> peers,
            Supplier<Set<NodeIncarnation>> members,
            BiConsumer<NodeIncarnation, SequenceRange> requestRange,
            NavigableMap<Long, Envelope> held) {
        this.origin = origin;
        this.peers = peers;
        this.members = members;
        this.requestRange = requestRange;
        this.held = held;
    }

    /** Closes the ranges up to a sequence number: their messages have been delivered or declared lost. */
    void delivered(long last) {
        position = last;
        requestedTo = Math.max(requestedTo, last);
        while (!open.isEmpty() && open.firstKey() <= last) {
            MissingRange range = open.pollFirstEntry().getValue();
            if (range.to > last) {
                add(range.part(last + 1, range.to));
            }
        }
    }

    /** Notes that a held message has been dropped. It counts as missing. */
    void dropped(long sequence) {
        requestedTo = Math.min(requestedTo, sequence - 1);
    }

    /**
     * Requests further missing messages.
     *
     * @param known the last sequence number that is known to exist
     * @param readAhead whether there is memory for messages that cannot be delivered yet
     */
    void request(long known, boolean readAhead, long now) {
        while ((readAhead && open.size() < MAX_OPEN) || !isOpen(position + 1)) {
            long first = firstUncovered();
            if (first > known) {
                return;
            }
            MissingRange range = new MissingRange(origin, first, endOfRange(first, known), now);
            add(range);
            requestedTo = range.to;
            requestFromNext(range, now);
        }
    }

    /** Returns the first later message that is neither held nor part of an open range. */
    private long firstUncovered() {
        long next = requestedTo + 1;
        while (held.containsKey(next) || isOpen(next)) {
            next = isOpen(next) ? open.floorEntry(next).getValue().to + 1 : next + 1;
        }
        requestedTo = next - 1;
        return next;
    }

    private boolean isOpen(long sequence) {
        Map.Entry<Long, MissingRange> floor = open.floorEntry(sequence);
        return floor != null && floor.getValue().to >= sequence;
    }

    private long endOfRange(long first, long known) {
        long end = Math.min(known, first + length - 1);
        Long nextHeld = held.ceilingKey(first);
        Long nextOpen = open.ceilingKey(first);
        end = nextHeld == null ? end : Math.min(end, nextHeld - 1);
        return nextOpen == null ? end : Math.min(end, nextOpen - 1);
    }

    /** Processes a response, whose messages are held or have been {@link #dropped}. */
    void responded(NodeIncarnation peer, RangeResponse response, long now) {
        adaptLength(response);
        long through = response.through();
        Set<Long> received =
                response.messages().stream().map(Envelope::sequence).collect(Collectors.toSet());
        long answered = Long.MAX_VALUE;
        for (MissingRange range : List.copyOf(open.values())) {
            if (range.from < response.range().from() || range.from > through) {
                continue;
            }
            if (range.isAwaiting(peer)) {
                answered = Math.min(answered, range.requestNumber());
            }
            open.remove(range.from);
            requestRest(peer, range, through, now);
            requestFromOthers(peer, missing(range, Math.min(range.to, through), received), now);
        }
        for (MissingRange range : open.values()) { // responses of a peer arrive in the order of the requests
            if (range.isAwaiting(peer) && range.requestNumber() > answered) {
                range.progress(now);
            }
        }
    }

    /** Requests what the response did not extend to from the same peer. */
    private void requestRest(NodeIncarnation peer, MissingRange range, long through, long now) {
        if (range.to > through) {
            MissingRange rest = range.part(through + 1, range.to);
            add(rest);
            rest.progress(now);
            if (rest.isAwaiting(peer)) {
                request(rest, peer, now);
            }
        }
    }

    /** Returns the part of a range that is neither held nor received, up to a sequence number; null if there is none. */
    private @Nullable MissingRange missing(MissingRange range, long last, Set<Long> received) {
        LongPredicate present =
                sequence -> sequence <= position || held.containsKey(sequence) || received.contains(sequence);
        long from = range.from;
        long to = last;
        while (from <= to && present.test(from)) {
            from++;
        }
        while (from <= to && present.test(to)) {
            to--;
        }
        return from <= to ? range.part(from, to) : null;
    }

    /** Requests what a peer does not have from the other peers. */
    private void requestFromOthers(NodeIncarnation peer, @Nullable MissingRange missing, long now) {
        if (missing == null) {
            return;
        }
        add(missing);
        missing.exhausted(peer);
        if (missing.isAwaiting(peer)) {
            missing.progress(now);
            requestFromNext(missing, now);
        }
    }

    private void adaptLength(RangeResponse response) {
        long covered = response.through() - response.range().from() + 1;
        if (response.through() < response.range().to()) {
            length = Math.min(MAX_LENGTH, covered);
        } else if (covered >= length) {
            long bytes = response.messages().stream()
                    .mapToLong(Envelope::memoryBytes)
                    .sum();
            length = bytes < RangeResponse.MAX_BYTES / 2 ? Math.min(MAX_LENGTH, 2 * length) : length;
        }
    }

    /** Repeats requests whose response is overdue. */
    void tick(long now) {
        for (MissingRange range : open.values()) {
            if (range.isOverdue(now)) {
                requestFromNext(range, now);
            }
        }
    }

    /** Returns the first range if it is lost and the next message to deliver is part of it; null otherwise. */
    @Nullable
    MissingRange nextLost(long now) {
        Map.Entry<Long, MissingRange> first = open.firstEntry();
        return first != null
                        && first.getKey() == position + 1
                        && first.getValue().isLost(peers.get(), members.get(), now)
                ? first.getValue()
                : null;
    }

    private void add(MissingRange range) {
        open.put(range.from, range);
    }

    private void requestFromNext(MissingRange range, long now) {
        request(range, range.nextPeer(peers.get()), now);
    }

    private void request(MissingRange range, @Nullable NodeIncarnation peer, long now) {
        range.requested(peer, ++requests, now);
        if (peer != null) {
            requestRange.accept(peer, new SequenceRange(origin, range.from, range.to));
        }
    }
}
