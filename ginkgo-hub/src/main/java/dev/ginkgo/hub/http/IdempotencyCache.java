package dev.ginkgo.hub.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.time.TimeSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Responses to publishers that sent an {@code Idempotency-Key}. A request that is repeated because its response was lost
 * gets the same response, and the message is not published again (see draft-ietf-httpapi-idempotency-key-header-07).
 *
 * <p>Responses are kept for {@link #RETENTION}, at most {@link #MAX_ENTRIES} of them; beyond that the oldest is evicted.
 * Rejected requests are not kept, because they published nothing. Of a request only a digest is kept. Thread-safe.
 */
final class IdempotencyCache {
    static final int MAX_ENTRIES = 10_000;
    static final int MAX_KEY_LENGTH = 255;
    static final Duration RETENTION = Duration.ofMinutes(5);

    private final TimeSource timeSource;

    /** Entries by key, oldest first; guarded by this. */
    private final Map<String, CachedResponse> entries = new LinkedHashMap<>();

    private static final class CachedResponse {
        private final byte[] request;
        private final long nanos;
        private byte @Nullable [] response;

        CachedResponse(byte[] request, long nanos) {
            this.request = request;
            this.nanos = nanos;
        }
    }

    IdempotencyCache(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    /**
     * Registers a request, or finds the response to its first transmission.
     *
     * @param key idempotency key of the client
     * @param request {@linkplain #digest digest} of the request
     * @return the response to send again; null if the request is new, and then the caller must call {@link #complete} or
     *     {@link #remove}
     * @throws ProblemException if the key was used for a different request, or the first request is still being served
     */
    synchronized byte @Nullable [] begin(String key, byte[] request) throws ProblemException {
        long now = timeSource.nanos();
        evictExpired(now);
        CachedResponse first = entries.get(key);
        if (first == null) {
            if (entries.size() == MAX_ENTRIES) {
                evictOldest();
            }
            entries.put(key, new CachedResponse(request, now));
            return null;
        }
        if (!Arrays.equals(first.request, request)) {
            throw new ProblemException(
                    ProblemType.KEY_REUSED,
                    "this Idempotency-Key was sent with another message or channel; a new message needs a new key");
        }
        if (first.response == null) {
            throw new ProblemException(
                            ProblemType.UNDER_WAY,
                            "the first request with this Idempotency-Key has not been answered yet")
                    .withHeader("Retry-After", "1");
        }
        return first.response;
    }

    /** Stores the response of a request. */
    synchronized void complete(String key, byte[] response) {
        CachedResponse entry = entries.get(key);
        if (entry != null) {
            entry.response = response;
        }
    }

    /** Removes a request that was rejected; the client may repeat it. */
    synchronized void remove(String key) {
        entries.remove(key);
    }

    synchronized int size() {
        return entries.size();
    }

    private void evictExpired(long now) {
        Iterator<CachedResponse> oldest = entries.values().iterator();
        while (oldest.hasNext() && now - oldest.next().nanos >= RETENTION.toNanos()) {
            oldest.remove();
        }
    }

    private void evictOldest() {
        Iterator<CachedResponse> oldest = entries.values().iterator();
        oldest.next();
        oldest.remove();
    }

    /** Returns the digest of a publish request, over its channel, payload type and body. */
    static byte[] digest(ChannelName channel, boolean binary, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(channel.text().getBytes(UTF_8));
            digest.update((byte) 0); // a separator that no channel name contains
            digest.update((byte) (binary ? 1 : 0));
            return digest.digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
