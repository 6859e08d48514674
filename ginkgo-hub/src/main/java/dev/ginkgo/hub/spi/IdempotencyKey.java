package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

/**
 * Key with which a client marks the repetitions of one publish request. Keys of all clients share one namespace, so that a
 * client may repeat a request from another address.
 *
 * @param text the key; 1 to {@value #MAX_LENGTH} visible ASCII characters
 * @param requestDigest digest of the request, to detect that the key is used for another one; at most {@value
 *     #MAX_DIGEST} characters
 * @param client number of the client, its user or network, by which the keys of a client are counted
 */
public record IdempotencyKey(String text, String requestDigest, long client) {
    /** Maximum length of a key in characters. */
    public static final int MAX_LENGTH = 255;

    /** Maximum length of a digest in characters. */
    public static final int MAX_DIGEST = 64;

    public IdempotencyKey {
        requireNonNull(requestDigest, "requestDigest is null");
        if (!isValid(text)) {
            throw new IllegalArgumentException(
                    "an idempotency key must have 1 to " + MAX_LENGTH + " visible ASCII characters");
        }
        if (requestDigest.length() > MAX_DIGEST) {
            throw new IllegalArgumentException("the digest of a request has " + requestDigest.length()
                    + " characters, the maximum is " + MAX_DIGEST);
        }
    }

    /** Returns whether a text is a valid key. */
    public static boolean isValid(String text) {
        return !text.isEmpty() && text.length() <= MAX_LENGTH && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }
}
