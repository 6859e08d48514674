package dev.ginkgo.nats.broker;

import dev.ginkgo.hub.spi.BrokerException;
import dev.ginkgo.hub.spi.BrokerException.Reason;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Messages in flight: bounded, and each completed in any case. Thread-safe. */
final class PendingAppends {
    private final int maxMessages;
    private final long maxBytes;
    private final TimeSource time;
    private final Set<Pending> pending = ConcurrentHashMap.newKeySet();
    private final LongAdder appended = new LongAdder();
    private final LongAdder failed = new LongAdder();

    // guarded by this
    private int count;
    private long bytes;

    PendingAppends(int maxMessages, long maxBytes, TimeSource time) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.time = time;
    }

    /** A message in flight. */
    final class Pending {
        private final CompletableFuture<BrokerPosition> result = new CompletableFuture<>();
        private final Object owner;
        private final int size;
        private final long sentAt = time.nanos();

        private Pending(Object owner, int size) {
            this.owner = owner;
            this.size = size;
        }

        CompletableFuture<BrokerPosition> result() {
            return result;
        }

        void succeed(BrokerPosition position) {
            if (remove()) {
                appended.increment();
                result.complete(position);
            }
        }

        void fail(BrokerException e) {
            if (remove()) {
                failed.increment();
                result.completeExceptionally(e);
            }
        }

        private boolean remove() {
            boolean present = pending.remove(this);
            if (present) {
                subtract(size);
            }
            return present;
        }
    }

    /**
     * Adds a message. A single one may be larger than the maximum.
     *
     * @param owner the connection that sends it
     * @throws BrokerException if too many are in flight
     */
    synchronized Pending add(Object owner, int size) {
        if (count >= maxMessages || (count > 0 && bytes + size > maxBytes)) {
            failed.increment();
            throw new BrokerException(
                    Reason.FULL,
                    count + " messages (" + bytes + " bytes) are sent to NATS and not confirmed yet; retry later");
        }
        count++;
        bytes += size;
        Pending added = new Pending(owner, size);
        pending.add(added);
        return added;
    }

    private synchronized void subtract(int size) {
        count--;
        bytes -= size;
    }

    /** Counts a message that could not be sent. */
    void rejected() {
        failed.increment();
    }

    /** Fails all messages of a connection that has ended. */
    void connectionLost(Object owner, String problem) {
        pending.stream()
                .filter(each -> each.owner.equals(owner))
                .forEach(each -> each.fail(new BrokerException(Reason.UNKNOWN_OUTCOME, problem)));
    }

    /** Fails all messages that are not confirmed in time. */
    void expire(Duration timeout) {
        long now = time.nanos();
        pending.stream()
                .filter(each -> now - each.sentAt > timeout.toNanos())
                .forEach(each -> each.fail(new BrokerException(
                        Reason.UNKNOWN_OUTCOME,
                        "NATS has not confirmed the message within " + timeout.toMillis() + " ms")));
    }

    /** Fails everything that is in flight. */
    void close() {
        pending.forEach(each -> each.fail(
                new BrokerException(Reason.UNKNOWN_OUTCOME, "the connection to NATS is closed: the hub stops")));
    }

    synchronized int count() {
        return count;
    }

    synchronized long bytes() {
        return bytes;
    }

    long appended() {
        return appended.sum();
    }

    long failed() {
        return failed.sum();
    }
}
