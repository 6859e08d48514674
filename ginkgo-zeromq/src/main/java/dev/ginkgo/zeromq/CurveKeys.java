package dev.ginkgo.zeromq;

import com.neilalexander.jnacl.crypto.curve25519;
import dev.ginkgo.cluster.security.KeyDerivation;
import dev.ginkgo.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/**
 * CURVE key pair shared by the nodes of a cluster, derived from the cluster secret. The public key is never published:
 * a peer that has it knows the secret, so a CURVE socket communicates only with nodes of the cluster. The keys are
 * independent of those for TLS.
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
     * Returns the key pair derived from a secret.
     *
     * @throws IllegalArgumentException if the secret is too short
     */
    static CurveKeys of(KeyDerivation keyDerivation) throws GeneralSecurityException {
        return new CurveKeys(keyDerivation.deriveKey(PURPOSE));
    }

    /**
     * Returns the key pair derived from the secret in a file.
     *
     * @throws IllegalArgumentException if the secret is too short
     * @throws IllegalStateException if the file cannot be read; the message names it
     */
    static CurveKeys read(Path file) throws GeneralSecurityException {
        Secret secret;
        try {
            secret = Secret.of(Files.readString(file));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "cannot read the `secret-file` " + file.toAbsolutePath() + ": " + e
                            + "; create one with: openssl rand -base64 24",
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
