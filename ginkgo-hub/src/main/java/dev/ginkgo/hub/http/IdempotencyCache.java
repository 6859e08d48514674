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
 * What publishers with an {@code Idempotency-Key} have been answered, so that the same request, sent again because the
 * answer was lost, is answered again and not published again (after draft-ietf-httpapi-idempotency-key-header-07).
 *
 * <p>Remembered for five minutes, and {@link #MAX_ENTRIES} at a time: beyond that the oldest is forgotten. A request that was
 * refused is not remembered, for nothing has happened. Of the body there is only a digest.
 */
final class IdempotencyCache {
    static final int MAX_ENTRIES = 10_000;
    static final int MAX_KEY_LENGTH = 255;
    static final Duration RETENTION = Duration.ofMinutes(5);

    private final TimeSource timeSource;

    /** By key, oldest first; guarded by this. */
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
     * Begins a request, or finds it answered.
     *
     * @param key the client's
     * @param request {@linkplain #digest what it asks for}
     * @return the answer that was given to it before; null if it is new, and then it is to be {@link #complete} or
     *     {@link #remove forgotten}
     * @throws ProblemException if the key was used for another request, or its request has not been answered yet
     */
    synchronized byte @Nullable [] begin(String key, byte[] request) throws ProblemException {
        long now = timeSource.nanos();
        evictExpired(now);
        CachedResponse before = entries.get(key);
        if (before == null) {
            if (entries.size() == MAX_ENTRIES) {
                evictOldest();
            }
            entries.put(key, new CachedResponse(request, now));
            return null;
        }
        if (!Arrays.equals(before.request, request)) {
            throw new ProblemException(
                    ProblemType.KEY_REUSED,
                    "this Idempotency-Key was sent with another message or channel; a new message needs a new key");
        }
        if (before.response == null) {
            throw new ProblemException(
                            ProblemType.UNDER_WAY, "the first request with this Idempotency-Key is not answered yet")
                    .withHeader("Retry-After", "1");
        }
        return before.response;
    }

    /** The request has been served. */
    synchronized void complete(String key, byte[] answer) {
        CachedResponse begun = entries.get(key);
        if (begun != null) {
            begun.response = answer;
        }
    }

    /** The request has been refused: it may come again. */
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

    /** What tells one request from another: channel, kind and body. */
    static byte[] digest(ChannelName channel, boolean binary, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(channel.text().getBytes(UTF_8));
            digest.update((byte) 0); // in no name
            digest.update((byte) (binary ? 1 : 0));
            return digest.digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
