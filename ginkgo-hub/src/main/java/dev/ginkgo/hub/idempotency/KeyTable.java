package dev.ginkgo.hub.idempotency;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.spi.IdempotencyKey;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Table of idempotency keys of limited size and age. If there are too many, the client with the most entries loses its
 * oldest one: a client that uses fewer keys than any other loses none, however many the others use, and a client that is
 * alone may use the whole table. Not thread-safe.
 */
final class KeyTable {
    private final int maxEntries;
    private final Duration retention;

    /** Entries by key, oldest first. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private final Map<Long, Share> shares = new HashMap<>();
    private final TreeSet<Share> bySize =
            new TreeSet<>(Comparator.comparingInt(Share::size).thenComparingLong(Share::age));
    private long added;

    /**
     * A key, and the result of its request.
     *
     * @param nanos when the request was served
     * @param number ascending in the order in which entries were added
     */
    record Entry(IdempotencyKey key, long nanos, long number, PublishResult result) {}

    /** The entries of one client, oldest first. */
    private static final class Share {
        private final Map<String, Entry> entries = new LinkedHashMap<>();

        int size() {
            return entries.size();
        }

        Entry oldest() {
            return entries.values().iterator().next();
        }

        /** Returns the age of the oldest entry, as a number that no other client has. Not called if there is no entry. */
        long age() {
            return -oldest().number;
        }
    }

    KeyTable(int maxEntries, Duration retention) {
        this.maxEntries = maxEntries;
        this.retention = retention;
    }

    @Nullable
    Entry get(String key) {
        return entries.get(key);
    }

    int size() {
        return entries.size();
    }

    /**
     * Adds a key that is not in the table, and evicts another one if there are too many.
     *
     * @param nanos when the request was served; entries expire in the order in which they were added
     */
    void add(IdempotencyKey key, long nanos, PublishResult result) {
        Entry entry = new Entry(key, nanos, ++added, result);
        entries.put(key.text(), entry);
        Share share = shares.computeIfAbsent(key.client(), _ -> new Share());
        if (share.size() > 0) {
            bySize.remove(share);
        }
        share.entries.put(key.text(), entry);
        bySize.add(share);
        if (entries.size() > maxEntries) {
            remove(bySize.last().oldest());
        }
    }

    /** Removes an entry of the table. */
    void remove(Entry entry) {
        entries.remove(entry.key.text());
        Share share = requireNonNull(shares.get(entry.key.client()));
        bySize.remove(share);
        share.entries.remove(entry.key.text());
        if (share.size() == 0) {
            shares.remove(entry.key.client());
        } else {
            bySize.add(share);
        }
    }

    /** Removes the entries that have reached the maximum age. */
    void evictExpired(long now) {
        while (!entries.isEmpty()) {
            Entry oldest = entries.values().iterator().next();
            if (now - oldest.nanos < retention.toNanos()) {
                return;
            }
            remove(oldest);
        }
    }
}
