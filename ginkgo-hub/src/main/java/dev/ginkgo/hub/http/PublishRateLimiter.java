package dev.ginkgo.hub.http;

import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.time.TimeSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.function.Supplier;

/**
 * Limits how many messages each client publishes per second. Thread-safe.
 *
 * <p>Each client has a token bucket, in the form of the generic cell rate algorithm (ITU-T I.371, annex A): it is a single
 * time, at which the bucket will be full again. A message delays that time by the interval between two messages, and is
 * rejected if the bucket would need longer than a whole burst. A rejected message changes nothing.
 *
 * <p>A bucket that is full is the same as none, so it is removed. If {@link #MAX_CLIENTS} have published recently, the least
 * recently used bucket is removed: its client may publish a burst early, and no client can keep another one from publishing.
 */
final class PublishRateLimiter {
    static final int MAX_CLIENTS = 10_000;

    private static final long SECOND = 1_000_000_000;

    /** More than are added at a time, so that the table shrinks, and few enough for a short hold of the lock. */
    private static final int MAX_REMOVED = 2;

    private final Supplier<Integer> maxRate;
    private final Supplier<Integer> maxBurst;
    private final TimeSource timeSource;

    /** When the bucket of each client will be full, least recently used first. Guarded by this. */
    private final LinkedHashMap<Long, Long> fullAt = new LinkedHashMap<>();

    /**
     * @param maxRate messages per second of one client; 0 is unlimited
     * @param maxBurst messages of one client at once, after a pause; 0 is as many as in one second
     */
    PublishRateLimiter(Supplier<Integer> maxRate, Supplier<Integer> maxBurst, TimeSource timeSource) {
        this.maxRate = maxRate;
        this.maxBurst = maxBurst;
        this.timeSource = timeSource;
    }

    /**
     * Counts a message of a client.
     *
     * @throws ProblemException if the client publishes too fast; the message is not counted then
     */
    void acquire(long client) throws ProblemException {
        int rate = maxRate.get();
        if (rate > 0 && !tryAcquire(client, rate)) {
            throw new ProblemException(
                            ProblemType.TOO_MANY_MESSAGES,
                            "this client (its user, or without credentials its address) publishes more than"
                                    + " http.max-publish-rate-per-client = " + rate
                                    + " messages per second; try again later")
                    .withHeader("Retry-After", "1"); // the longest interval
        }
    }

    private boolean tryAcquire(long client, int rate) {
        int burst = maxBurst.get();
        long interval = SECOND / rate;
        long capacity = interval * (burst == 0 ? rate : burst);
        synchronized (this) {
            long now = timeSource.nanos();
            removeFull(now);
            Long known = fullAt.get(client);
            // at most the capacity, which may have become less by a reload
            long untilFull = known == null ? 0 : Math.clamp(known - now, 0, capacity);
            boolean permitted = untilFull + interval <= capacity;
            fullAt.putLast(client, now + (permitted ? untilFull + interval : untilFull));
            if (fullAt.size() > MAX_CLIENTS) {
                fullAt.pollFirstEntry();
            }
            return permitted;
        }
    }

    private void removeFull(long now) {
        Iterator<Long> leastRecentlyUsed = fullAt.values().iterator();
        for (int i = 0; i < MAX_REMOVED && leastRecentlyUsed.hasNext() && leastRecentlyUsed.next() - now <= 0; i++) {
            leastRecentlyUsed.remove();
        }
    }

    /** Returns the number of buckets. */
    synchronized int size() {
        return fullAt.size();
    }
}
