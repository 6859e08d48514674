package dev.ginkgo.hub.access;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Access of the tokens that have been verified, so that a request with a known token costs one look-up. Only accepted
 * tokens are added, so clients without access cannot fill it. Thread-safe.
 *
 * <p>There are two generations. When the young one is full it becomes the old one, and the previous old one is discarded
 * with the tokens that were not used in the meantime. Tokens with their grants use at most about twice {@code maxBytes}: a
 * short token may have a large grant.
 */
final class VerifiedTokens {
    /** Memory of an entry without the characters of its token, and without its grant. */
    private static final int BYTES_PER_ENTRY = 256;

    private final long maxBytes;
    private volatile Generation young = new Generation();
    private volatile Generation old = new Generation();

    private static final class Generation {
        private final Map<String, Access> byToken = new ConcurrentHashMap<>();
        private final AtomicLong bytes = new AtomicLong();
    }

    /**
     * @param maxBytes maximum memory of a generation
     */
    VerifiedTokens(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Nullable
    Access find(String token) {
        Access access = young.byToken.get(token);
        if (access != null) {
            return access;
        }
        access = old.byToken.get(token);
        if (access != null) {
            add(token, access);
        }
        return access;
    }

    void add(String token, Access access) {
        Generation generation = young;
        if (generation.byToken.put(token, access) == null
                && generation.bytes.addAndGet(bytes(token, access)) > maxBytes
                && generation.bytes.getAndSet(Long.MIN_VALUE / 2) > 0) { // one thread replaces the generation
            old = generation;
            young = new Generation();
        }
    }

    void remove(String token) {
        Generation generation = young;
        Access removed = generation.byToken.remove(token);
        if (removed != null) {
            generation.bytes.addAndGet(-bytes(token, removed));
        }
        old.byToken.remove(token);
    }

    private static long bytes(String token, Access access) {
        return BYTES_PER_ENTRY + token.length() + access.grant().estimatedBytes();
    }

    /** Returns the number of tokens. */
    int size() {
        return young.byToken.size() + old.byToken.size();
    }
}
