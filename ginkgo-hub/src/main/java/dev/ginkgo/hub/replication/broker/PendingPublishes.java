package dev.ginkgo.hub.replication.broker;

import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.NodeIncarnation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The messages that this hub has appended and not read yet. One that is read is recognized by its number. One that the broker
 * has discarded, because it repeats an earlier message with the same idempotency key, is complete when the position of the
 * earlier message has been read. Thread-safe; futures are completed without the lock.
 */
final class PendingPublishes {
    /** Maximum number of messages. */
    static final int MAX_MESSAGES = 10_000;

    /** Beyond it a client adds no second message, so that those with a single one are not rejected. */
    static final int CONGESTED_MESSAGES = 1_000;

    private final IdempotencyCache idempotencyCache;
    private final LongSupplier maxBytes;
    private final IntSupplier peers;

    // guarded by this
    private final Map<Long, PendingPublish> byNumber = new LinkedHashMap<>();
    private final Map<NodeIncarnation, NavigableMap<Long, List<PendingPublish>>> confirmed = new HashMap<>();
    private final Map<NodeIncarnation, Long> passed = new HashMap<>();
    private long bytes;
    private boolean closed;

    private volatile boolean congested; // written under the lock

    /**
     * @param maxBytes maximum size of the payloads; a single message may be larger
     * @param peers returns the number of other nodes
     */
    PendingPublishes(IdempotencyCache idempotencyCache, LongSupplier maxBytes, IntSupplier peers) {
        this.idempotencyCache = idempotencyCache;
        this.maxBytes = maxBytes;
        this.peers = peers;
    }

    /**
     * Adds a message that is about to be appended.
     *
     * @throws HubRejectedException if there are too many, or if the hub has stopped
     */
    synchronized void add(PendingPublish pending) {
        if (closed) { // since the caller has looked up the connection
            throw new HubRejectedException(
                    HubRejectedException.Reason.STOPPED, "the message was not published: the hub has stopped");
        }
        long size = pending.message.payload().length;
        if (byNumber.size() >= MAX_MESSAGES || (bytes > 0 && bytes + size > maxBytes.getAsLong())) {
            throw new HubRejectedException(
                    HubRejectedException.Reason.UNAVAILABLE,
                    "the message was not published: " + byNumber.size() + " messages with " + bytes
                            + " bytes are waiting for the broker; try again later");
        }
        byNumber.put(pending.message.number(), pending);
        bytes += size;
        updateCongested();
    }

    private void updateCongested() {
        congested = byNumber.size() >= CONGESTED_MESSAGES || bytes >= maxBytes.getAsLong() / 4;
    }

    /** Returns whether many messages are pending. Takes no lock. */
    boolean isCongested() {
        return congested;
    }

    /** Removes a message; returns whether it was pending, so that it is completed once. */
    synchronized boolean remove(PendingPublish pending) {
        if (!byNumber.remove(pending.message.number(), pending)) {
            return false;
        }
        bytes -= pending.message.payload().length;
        updateCongested();
        BrokerPosition position = pending.position;
        if (position != null) {
            forget(pending, position);
        }
        return true;
    }

    private void forget(PendingPublish pending, BrokerPosition position) {
        NavigableMap<Long, List<PendingPublish>> ofStream = confirmed.getOrDefault(position.stream(), new TreeMap<>());
        List<PendingPublish> same = ofStream.get(position.sequence());
        if (same != null) {
            same.remove(pending);
            if (same.isEmpty()) {
                ofStream.remove(position.sequence());
            }
        }
    }

    /** Returns the number of messages that are stored, but have not been read. */
    synchronized long awaitingRead() {
        return confirmed.values().stream()
                .flatMap(each -> each.values().stream())
                .mapToLong(List::size)
                .sum();
    }

    /** The broker has stored a message, or discarded it because the message at this position is the same. */
    void confirm(PendingPublish pending, BrokerPosition position) {
        synchronized (this) {
            if (!byNumber.containsKey(pending.message.number())) {
                return; // it has been read before, or its deadline has passed
            }
            pending.position = position;
            if (passed.getOrDefault(position.stream(), 0L) < position.sequence()) {
                confirmed
                        .computeIfAbsent(position.stream(), _ -> new TreeMap<>())
                        .computeIfAbsent(position.sequence(), _ -> new ArrayList<>(1))
                        .add(pending);
                return;
            }
        }
        complete(List.of(pending));
    }

    /** Removes and returns a message that has been read, if it is pending. */
    synchronized Optional<PendingPublish> take(long number) {
        return Optional.ofNullable(byNumber.get(number)).filter(this::remove);
    }

    /** All positions of a stream up to one have been read or are lost. */
    void pass(NodeIncarnation stream, long sequence) {
        List<PendingPublish> reached = new ArrayList<>(0);
        synchronized (this) {
            passed.put(stream, sequence);
            NavigableMap<Long, List<PendingPublish>> ofStream = confirmed.get(stream);
            if (ofStream == null) {
                return;
            }
            Collection<List<PendingPublish>> lists =
                    ofStream.headMap(sequence, true).values();
            lists.forEach(reached::addAll);
            lists.clear();
        }
        complete(reached);
    }

    /** Completes messages that are stored, but have not been read under their own number. */
    private void complete(Collection<PendingPublish> stored) {
        for (PendingPublish each : stored) {
            BrokerPosition position = each.position;
            if (position != null && remove(each)) {
                each.message
                        .key()
                        .flatMap(idempotencyCache::resultOf)
                        .ifPresentOrElse(each::delivered, () -> each.storedOnly(position, peers.getAsInt()));
            }
        }
    }

    /** Completes the messages whose deadline has passed. */
    void expire(long nanos, String reason) {
        List<PendingPublish> expired = new ArrayList<>(0);
        synchronized (this) {
            for (PendingPublish oldest : byNumber.values()) {
                if (nanos - oldest.deadline < 0) {
                    break;
                }
                expired.add(oldest);
            }
        }
        end(expired, reason);
    }

    /** Accepts messages, in the first or next run of the hub. */
    synchronized void open() {
        closed = false;
    }

    /** Completes all messages, because the hub stops, and rejects further ones. */
    void close() {
        List<PendingPublish> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(byNumber.values());
        }
        end(all, "the hub stopped before the broker confirmed it");
    }

    private void end(List<PendingPublish> ended, String reason) {
        complete(ended);
        for (PendingPublish each : ended) {
            if (remove(each)) {
                each.unknown(reason, null);
            }
        }
    }
}
