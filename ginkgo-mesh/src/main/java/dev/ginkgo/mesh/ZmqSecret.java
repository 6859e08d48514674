package dev.ginkgo.mesh;

import com.neilalexander.jnacl.crypto.curve25519;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The keys by which the nodes of a cluster know each other, made from one secret that all have. There is one pair, and
 * its public half is told to nobody: who has it has the secret. So a socket that talks by CURVE talks with nodes only.
 */
final class ZmqSecret {
    private static final int SHORTEST = 32;

    private final byte[] secretKey;
    private final byte[] publicKey = new byte[32];

    private ZmqSecret(byte[] seed) {
        secretKey = seed;
        curve25519.crypto_scalarmult_base(publicKey, secretKey);
    }

    /**
     * Reads the secret.
     *
     * @throws IllegalStateException if there is none that could be one; the message names the file
     */
    static ZmqSecret read(Path file) {
        String text;
        try {
            text = Files.readString(file).strip();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "cannot read the `secret-file` " + file.toAbsolutePath() + ": " + e
                            + "; make one with: openssl rand -hex 32",
                    e);
        }
        if (text.length() < SHORTEST) {
            throw new IllegalStateException("the secret in " + file.toAbsolutePath() + " has only " + text.length()
                    + " characters, and needs " + SHORTEST + " at least; make one with: openssl rand -hex 32");
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("ginkgo zeromq curve 1\n".getBytes(StandardCharsets.UTF_8));
            return new ZmqSecret(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    byte[] secretKey() {
        return secretKey.clone();
    }

    byte[] publicKey() {
        return publicKey.clone();
    }
}
