package dev.ginkgo.zeromq;

import com.neilalexander.jnacl.crypto.curve25519;
import dev.ginkgo.cluster.security.KeyDerivation;
import dev.ginkgo.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/**
 * The keys by which the nodes of a cluster know each other, made from one secret that all have. There is one pair, and
 * its public half is told to nobody: who has it has the secret. So a socket that talks by CURVE talks with nodes only.
 * They have nothing in common with those of TLS.
 */
final class CurveKeys {
    private static final String PURPOSE = "ginkgo zeromq curve, version 3";

    private final byte[] secretKey;
    private final byte[] publicKey = new byte[32];

    private CurveKeys(byte[] seed) {
        secretKey = seed;
        curve25519.crypto_scalarmult_base(publicKey, secretKey);
    }

    /**
     * From the keys of a secret.
     *
     * @throws IllegalArgumentException if it can be guessed
     */
    static CurveKeys of(KeyDerivation keyDerivation) throws GeneralSecurityException {
        return new CurveKeys(keyDerivation.deriveKey(PURPOSE));
    }

    /**
     * From a file.
     *
     * @throws IllegalStateException if it cannot be read; the message names it
     */
    static CurveKeys read(Path file) throws GeneralSecurityException {
        Secret secret;
        try {
            secret = Secret.of(Files.readString(file));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "cannot read the `secret-file` " + file.toAbsolutePath() + ": " + e
                            + "; make one with: openssl rand -base64 24",
                    e);
        }
        return of(KeyDerivation.of(secret, "the `secret-file` " + file.toAbsolutePath()));
    }

    byte[] secretKey() {
        return secretKey.clone();
    }

    byte[] publicKey() {
        return publicKey.clone();
    }
}
