package dev.ginkgo.hub.position;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The number of a node in the ids of messages: 42 bits of the SHA-256 of its name, the same on every node, without any
 * word between them. They take six bytes of an id, so that those of sixteen nodes fit. Two of sixteen nodes have the
 * same number once in 37 thousand million clusters; then replication says so and lets only one of them in.
 */
public final class OriginId {
    private static final int BITS = 42;

    private OriginId() {}

    /** Never 0, which is a hub that knows of no others. */
    public static long of(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return Math.max(1, ByteBuffer.wrap(digest).getLong() >>> (Long.SIZE - BITS));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
