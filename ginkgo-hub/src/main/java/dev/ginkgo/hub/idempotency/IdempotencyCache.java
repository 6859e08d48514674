package dev.ginkgo.hub.idempotency;

import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.spi.IdempotencyKey;
import dev.ginkgo.hub.spi.IdempotencyRecord;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Results of publish requests that had an {@code Idempotency-Key}, served by this node or by another one. A request that is
 * repeated because its response was lost gets the same result, and the message is not published again (see
 * draft-ietf-httpapi-idempotency-key-header-07).
 *
 * <p>Results are kept for {@link #RETENTION}: at most {@link #MAX_ENTRIES} of this node, and as many of all other nodes,
 * each of about 1 KB at most. If there are more, the client with the most keys loses its oldest one. A request in progress is
 * neither evicted nor does it expire, so that its repetition is not published; the limits for publishing bound
 * their number. Thread-safe.
 */
public final class IdempotencyCache {
    public static final int MAX_ENTRIES = 10_000;
    public static final Duration RETENTION = Duration.ofMinutes(5);

    private final TimeSource timeSource;

    // guarded by this
    private final Map<String, Registration> inProgress = new HashMap<>();
    private final KeyTable own = new KeyTable(MAX_ENTRIES, RETENTION);
    private final KeyTable replicated = new KeyTable(MAX_ENTRIES, RETENTION);

    /** What the cache knows about a request. */
    public sealed interface Lookup {
        /** The key is new; the caller must call {@link #complete} or {@link #remove} with the registration. */
        record New(Registration registration) implements Lookup {}

        /** The request was served before, with this result. */
        record Repeated(PublishResult result) implements Lookup {}

        /** The first request is still being served. */
        record InProgress() implements Lookup {}

        /** The key was used for a different request. */
        record KeyReused() implements Lookup {}
    }

    /** A request that is being served. */
    public static final class Registration {
        private final IdempotencyKey key;

        /** Guarded by the cache. Known before the request is complete if its message has been read from a stream. */
        private @Nullable PublishResult result;

        private Registration(IdempotencyKey key) {
            this.key = key;
        }

        /** Returns the key of the request. */
        public IdempotencyKey key() {
            return key;
        }
    }

    /** Creates an empty cache. */
    public IdempotencyCache(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    /** Registers a request, or finds the result of its first transmission. */
    public synchronized Lookup begin(IdempotencyKey key) {
        Lookup known = known(key);
        if (known != null) {
            return known;
        }
        Registration registration = new Registration(key);
        Lookup created = new Lookup.New(registration);
        inProgress.put(key.text(), registration);
        return created;
    }

    private @Nullable Lookup known(IdempotencyKey key) {
        Registration served = inProgress.get(key.text());
        if (served != null) {
            return lookup(served.key, served.result, key);
        }
        KeyTable.Entry first = find(key);
        return first == null ? null : lookup(first.key(), first.result(), key);
    }

    private static Lookup lookup(IdempotencyKey first, @Nullable PublishResult result, IdempotencyKey key) {
        if (!first.requestDigest().equals(key.requestDigest())) {
            return new Lookup.KeyReused();
        }
        return result == null ? new Lookup.InProgress() : new Lookup.Repeated(result);
    }

    /** Ends a registration, and stores the result of its request. Has no effect if it has ended. */
    public synchronized void complete(Registration registration, PublishResult result) {
        end(registration, registration.result == null ? result : registration.result);
    }

    /**
     * Ends the registration of a request that has failed; the client may repeat it. If its message has been read from a stream
     * nevertheless, the result is stored. Has no effect if the registration has ended.
     */
    public synchronized void remove(Registration registration) {
        end(registration, registration.result);
    }

    private void end(Registration registration, @Nullable PublishResult result) {
        if (inProgress.remove(registration.key.text(), registration) && result != null) {
            own.add(registration.key, timeSource.nanos(), result);
        }
    }

    /**
     * Stores the result of a request that another node has served. If this node knows the key already, nothing changes.
     *
     * @param channel the channel of the message
     * @param age time since the message was received from the other node, which is longer than zero in a state transfer
     */
    public synchronized void replicated(IdempotencyRecord idempotencyRecord, String channel, Duration age) {
        IdempotencyKey key = idempotencyRecord.key();
        if (!inProgress.containsKey(key.text()) && find(key) == null && age.compareTo(RETENTION) < 0) {
            // one peer: the node that published the message
            PublishResult result =
                    new PublishResult(idempotencyRecord.messageId(), channel, idempotencyRecord.receivers(), 1);
            replicated.add(key, timeSource.nanos() - age.toNanos(), result);
        }
    }

    /**
     * Returns the result of a request if the message of its first transmission has been read from a stream: the message of the
     * repetition is then not delivered.
     */
    public synchronized Optional<PublishResult> resultOf(IdempotencyKey key) {
        return known(key) instanceof Lookup.Repeated(PublishResult result) ? Optional.of(result) : Optional.empty();
    }

    /**
     * Returns the same for the message at a position, unless the result is its own: its publish may end before it is read.
     */
    public Optional<PublishResult> resultOf(IdempotencyKey key, Position position) {
        return resultOf(key).filter(first -> !first.id().equals(MessageId.text(position, List.of())));
    }

    /**
     * Stores the result of a request, of any node, whose message has been read from a stream. If the key is known already with a
     * result, nothing changes.
     *
     * @param age time since the message was published
     */
    public synchronized void read(IdempotencyKey key, PublishResult result, Duration age) {
        Registration served = inProgress.get(key.text());
        if (served == null) {
            if (find(key) == null && age.compareTo(RETENTION) < 0) {
                replicated.add(key, timeSource.nanos() - age.toNanos(), result);
            }
        } else if (served.result == null && served.key.requestDigest().equals(key.requestDigest())) {
            served.result = result;
        }
    }

    /** Returns the number of entries. */
    public synchronized int size() {
        return inProgress.size() + own.size() + replicated.size();
    }

    private KeyTable.@Nullable Entry find(IdempotencyKey key) {
        long now = timeSource.nanos();
        own.evictExpired(now);
        replicated.evictExpired(now);
        KeyTable.Entry entry = own.get(key.text());
        return entry == null ? replicated.get(key.text()) : entry;
    }
}
