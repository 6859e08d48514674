package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

/**
 * What a node needs to answer the repetition of a publish request that another node has served.
 *
 * @param key the key of the request
 * @param messageId the id of the message in the first response; at most {@value #MAX_ID} characters
 * @param receivers the number of receivers in the first response
 */
public record IdempotencyRecord(IdempotencyKey key, String messageId, int receivers) {
    /** Maximum length of an id in characters. */
    public static final int MAX_ID = 512;

    /** Estimated memory of a record besides its characters, in bytes. */
    private static final int OVERHEAD = 200;

    public IdempotencyRecord {
        requireNonNull(key, "key is null");
        if (messageId.isEmpty() || messageId.length() > MAX_ID || receivers < 0) {
            throw new IllegalArgumentException("invalid idempotency record: an id of " + messageId.length()
                    + " characters, " + receivers + " receivers");
        }
    }

    /** Returns the memory for which the record counts, in bytes. */
    public int memoryBytes() {
        return OVERHEAD + key.text().length() + key.requestDigest().length() + messageId.length();
    }
}
