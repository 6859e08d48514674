package dev.ginkgo.hub.position;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Number of a node in message ids: 42 bits of the SHA-256 hash of its name, so that all nodes compute the same number
 * without communication. It takes at most six bytes of an id, so that an id has room for sixteen nodes. Two of sixteen
 * nodes have the same number in about one of 37 thousand million clusters; replication then logs the conflict and
 * admits only one of them.
 */
public final class OriginId {
    private static final int BITS = 42;

    private OriginId() {}

    /** Returns the number for a node name; never 0, which stands for a standalone hub. */
    public static long of(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return Math.max(1, ByteBuffer.wrap(digest).getLong() >>> (Long.SIZE - BITS));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is not available", e);
        }
    }
}
