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
 * with the tokens that were not used in the meantime. At most twice {@code maxLength} characters are held.
 */
final class VerifiedTokens {
    private final long maxLength;
    private volatile Generation young = new Generation();
    private volatile Generation old = new Generation();

    private static final class Generation {
        private final Map<String, Access> byToken = new ConcurrentHashMap<>();
        private final AtomicLong length = new AtomicLong();
    }

    /**
     * @param maxLength maximum length of all tokens of a generation together, in characters
     */
    VerifiedTokens(long maxLength) {
        this.maxLength = maxLength;
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
                && generation.length.addAndGet(token.length()) > maxLength
                && generation.length.getAndSet(Long.MIN_VALUE / 2) > 0) { // one thread replaces the generation
            old = generation;
            young = new Generation();
        }
    }

    void remove(String token) {
        Generation generation = young;
        if (generation.byToken.remove(token) != null) {
            generation.length.addAndGet(-token.length());
        }
        old.byToken.remove(token);
    }

    /** Returns the number of tokens. */
    int size() {
        return young.byToken.size() + old.byToken.size();
    }
}
