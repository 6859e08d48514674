package dev.ginkgo.hub.delivery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Budget for the slabs that pending writes retain. A slab counts once, however many writes retain it, and until the last of
 * them ends, also if the store has evicted it. A write of a connection with TLS counts on its own, because it is encrypted. While the budget is used up, a subscriber is served only what is retained
 * already; otherwise it waits. If subscribers wait, those whose writes have been pending longest are disconnected.
 * Thread-safe.
 */
final class PinnedMemory {
    private final LongSupplier limit;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong cachedBytes = new AtomicLong();
    private final Set<Pin> pins = ConcurrentHashMap.newKeySet();
    private final Set<DeliveryLoop> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean allocationFailed;

    /**
     * Creates an unused budget.
     *
     * @param limit maximum size in bytes; each event loop may exceed it by one write
     */
    PinnedMemory(LongSupplier limit) {
        this.limit = limit;
    }

    /** What one pending write retains. */
    static final class Pin {
        private final LoopSubscriber subscriber;
        private final DeliveryLoop deliveryLoop;
        private final List<Slab> slabs;
        private final long copied;
        private final long since;

        private Pin(LoopSubscriber subscriber, DeliveryLoop deliveryLoop, List<Slab> slabs, long copied, long since) {
            this.subscriber = subscriber;
            this.deliveryLoop = deliveryLoop;
            this.slabs = slabs;
            this.copied = copied;
            this.since = since;
        }

        private void close() {
            deliveryLoop.execute(() -> subscriber.closeIfPending(this));
        }
    }

    /**
     * Returns whether a write may be started that could retain further memory. Half of the budget is reserved for
     * subscribers that have received all messages but the newest, so that subscribers that resume do not delay them.
     */
    boolean hasRoom(boolean live) {
        return hasRoom(live, limit());
    }

    /** Returns the same for a limit that the caller has read. */
    boolean hasRoom(boolean live, long readLimit) {
        return bytes.get() < (live ? readLimit : readLimit / 2);
    }

    /** Returns the maximum size in bytes; reads a setting. */
    long limit() {
        return limit.getAsLong();
    }

    /** Returns the size of the retained slabs that are part of the cache. */
    long cachedBytes() {
        return cachedBytes.get();
    }

    /**
     * Counts a pending write until {@link #unpin}.
     *
     * @param parts the parts of slabs that it retains
     * @param copied number of bytes that it retains in memory of its own: encrypted, if the connection uses TLS
     */
    Pin pin(LoopSubscriber subscriber, DeliveryLoop deliveryLoop, List<Batch.Part> parts, long copied, long now) {
        List<Slab> slabs = parts.stream().map(Batch.Part::slab).toList();
        Pin pin = new Pin(subscriber, deliveryLoop, slabs, copied, now);
        pins.add(pin);
        bytes.addAndGet(copied);
        for (Slab slab : slabs) {
            if (slab.pin()) {
                bytes.addAndGet(slab.capacity());
            }
        }
        return pin;
    }

    /** Ends the count of a write. */
    void unpin(Pin pin) {
        pins.remove(pin);
        bytes.addAndGet(-pin.copied);
        for (Slab slab : pin.slabs) {
            if (slab.unpin()) {
                bytes.addAndGet(-slab.capacity());
            }
        }
        if (!waiting.isEmpty() && hasRoom(false)) {
            wake();
        }
    }

    /** Changes the size of the slabs that are both retained and in the cache. */
    void addCachedBytes(long delta) {
        cachedBytes.addAndGet(delta);
    }

    /** Notes that a loop has subscribers that wait for memory; {@link DeliveryLoop#retryWaiting} is called once. */
    void addWaiting(DeliveryLoop deliveryLoop) {
        waiting.add(deliveryLoop);
        if (hasRoom(false)) { // a write may have ended after the check of the caller and before it waited
            wake();
        }
    }

    /** Notes that memory could not be allocated, although the budget is not used up. */
    void allocationFailed() {
        allocationFailed = true;
    }

    private void wake() {
        for (DeliveryLoop each : List.copyOf(waiting)) {
            if (waiting.remove(each)) {
                each.execute(each::retryWaiting);
            }
        }
    }

    /**
     * If subscribers wait for memory, disconnects those whose writes have been pending longest, until three quarters of the
     * budget are free. Called periodically.
     *
     * @param now the time, on the clock of {@code TimeSource.nanos}
     * @param minAge how long a write must have been pending, in nanoseconds
     */
    void closeSlowest(long now, long minAge) {
        if (waiting.isEmpty() && !allocationFailed) {
            return;
        }
        allocationFailed = false;
        long excess = bytes.get() - limit.getAsLong() / 4;
        List<Pin> oldestFirst = new ArrayList<>(pins);
        oldestFirst.removeIf(pin -> (pin.slabs.isEmpty() && pin.copied == 0) || now - pin.since < minAge);
        oldestFirst.sort(Comparator.comparingLong(pin -> pin.since - now));
        Map<Slab, Integer> remaining = new HashMap<>();
        for (Pin pin : oldestFirst) {
            if (excess <= 0) {
                break;
            }
            excess -= pin.copied;
            for (Slab slab : pin.slabs) {
                int left = remaining.getOrDefault(slab, slab.pins()) - 1;
                remaining.put(slab, left);
                excess -= left == 0 ? slab.capacity() : 0;
            }
            pin.close();
        }
        wake();
    }
}
