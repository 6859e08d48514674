package dev.ginkgo.hub.idempotency;

import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.spi.IdempotencyKey;
import dev.ginkgo.hub.spi.IdempotencyRecord;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Results of publish requests that had an {@code Idempotency-Key}, served by this node or by another one. A request that is
 * repeated because its response was lost gets the same result, and the message is not published again (see
 * draft-ietf-httpapi-idempotency-key-header-07).
 *
 * <p>Results are kept for {@link #RETENTION}: at most {@link #MAX_ENTRIES} of this node, and as many of all other nodes,
 * each of about 1 KB at most. If there are more, the client with the most keys loses its oldest one. Thread-safe.
 */
public final class IdempotencyCache {
    public static final int MAX_ENTRIES = 10_000;
    public static final Duration RETENTION = Duration.ofMinutes(5);

    private final TimeSource timeSource;

    // guarded by this
    private final KeyTable own = new KeyTable(MAX_ENTRIES, RETENTION);
    private final KeyTable replicated = new KeyTable(MAX_ENTRIES, RETENTION);

    /** What the cache knows about a request. */
    public sealed interface Lookup {
        /** The key is new; the caller must call {@link #complete} or {@link #remove}. */
        record New() implements Lookup {}

        /** The request was served before, with this result. */
        record Repeated(PublishResult result) implements Lookup {}

        /** The first request is still being served. */
        record InProgress() implements Lookup {}

        /** The key was used for a different request. */
        record KeyReused() implements Lookup {}
    }

    /** Creates an empty cache. */
    public IdempotencyCache(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    /** Registers a request, or finds the result of its first transmission. */
    public synchronized Lookup begin(IdempotencyKey key) {
        long now = timeSource.nanos();
        KeyTable.Entry first = find(key, now);
        if (first == null) {
            own.add(key, now, null);
            return new Lookup.New();
        }
        if (!first.key.requestDigest().equals(key.requestDigest())) {
            return new Lookup.KeyReused();
        }
        return first.result == null ? new Lookup.InProgress() : new Lookup.Repeated(first.result);
    }

    /** Stores the result of a request. */
    public synchronized void complete(IdempotencyKey key, PublishResult result) {
        KeyTable.Entry entry = own.get(key.text());
        if (entry != null) {
            entry.result = result;
        }
    }

    /** Removes a request that was rejected; the client may repeat it. */
    public synchronized void remove(IdempotencyKey key) {
        KeyTable.Entry entry = own.get(key.text());
        if (entry != null) {
            own.remove(entry);
        }
    }

    /**
     * Stores the result of a request that another node has served. If this node knows the key already, nothing changes.
     *
     * @param channel the channel of the message
     * @param age time since the message was received from the other node, which is longer than zero in a state transfer
     */
    public synchronized void replicated(IdempotencyRecord idempotencyRecord, String channel, Duration age) {
        long now = timeSource.nanos();
        IdempotencyKey key = idempotencyRecord.key();
        if (find(key, now) == null && age.compareTo(RETENTION) < 0) {
            // one peer: the node that published the message
            PublishResult result =
                    new PublishResult(idempotencyRecord.messageId(), channel, idempotencyRecord.receivers(), 1);
            replicated.add(key, now - age.toNanos(), result);
        }
    }

    /**
     * Returns the result of a request if the message of its first transmission has been read from a stream: the message of the
     * repetition is then not delivered.
     */
    public synchronized Optional<PublishResult> resultOf(IdempotencyKey key) {
        KeyTable.Entry first = find(key, timeSource.nanos());
        return first == null || !first.key.requestDigest().equals(key.requestDigest())
                ? Optional.empty()
                : Optional.ofNullable(first.result);
    }

    /**
     * Stores the result of a request, of any node, whose message has been read from a stream. If the key is known already with a
     * result, nothing changes.
     *
     * @param age time since the message was published
     */
    public synchronized void read(IdempotencyKey key, PublishResult result, Duration age) {
        long now = timeSource.nanos();
        KeyTable.Entry known = find(key, now);
        if (known == null && age.compareTo(RETENTION) < 0) {
            replicated.add(key, now - age.toNanos(), result);
        } else if (known != null
                && known.result == null
                && known.key.requestDigest().equals(key.requestDigest())) {
            known.result = result;
        }
    }

    /** Returns the number of entries. */
    public synchronized int size() {
        return own.size() + replicated.size();
    }

    private KeyTable.@Nullable Entry find(IdempotencyKey key, long now) {
        own.evictExpired(now);
        replicated.evictExpired(now);
        KeyTable.Entry entry = own.get(key.text());
        return entry == null ? replicated.get(key.text()) : entry;
    }
}
