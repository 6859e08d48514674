package dev.ginkgo.cluster.security;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.KDF;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Derives a key for each purpose from a secret shared by all nodes. A derived key reveals nothing about the secret or
 * about the other keys. The first step (PBKDF2, RFC 8018) is deliberately slow, so that every guess at the secret costs
 * that much; it runs once, on the first call, and takes a fraction of a second. The second step (HKDF, RFC 5869) is
 * cheap. Thread-safe.
 */
public final class KeyDerivation {
    /** Minimum length in characters; a shorter secret can be guessed. */
    static final int MIN_SECRET_LENGTH = 16;

    private static final int ITERATIONS = 210_000;
    private static final int KEY_BYTES = 32;
    private static final String SALT = "ginkgo cluster, version 2";

    /** The slow first step, which tests replace. */
    @FunctionalInterface
    interface KeyStretcher {
        byte[] stretch(char[] secret, byte[] salt) throws GeneralSecurityException;
    }

    private final Secret secret;
    private final String settingName;
    private final KeyStretcher stretcher;
    private @Nullable SecretKeySpec rootKey; // guarded by this

    KeyDerivation(Secret secret, String where, KeyStretcher keyStretcher) {
        this.secret = requireNonNull(secret, "secret is null");
        this.settingName = requireNonNull(where, "where is null");
        this.stretcher = keyStretcher;
    }

    /**
     * Returns a derivation for {@code secret}, ignoring surrounding white space. Derives nothing yet.
     *
     * @param where the name of the setting that holds the secret, for the error message
     */
    public static KeyDerivation of(Secret secret, String where) {
        return new KeyDerivation(secret, where, KeyDerivation::stretch);
    }

    /**
     * Returns the 32-byte key for a purpose. The first call takes a fraction of a second.
     *
     * @param purpose what the key is used for, in ASCII; each purpose has a different key
     * @throws IllegalArgumentException if the secret is too short; the message names the setting
     * @throws GeneralSecurityException if this Java runtime lacks an algorithm
     */
    public byte[] deriveKey(String purpose) throws GeneralSecurityException {
        AlgorithmParameterSpec expansion =
                HKDFParameterSpec.expandOnly(rootKey(), purpose.getBytes(StandardCharsets.US_ASCII), KEY_BYTES);
        return KDF.getInstance("HKDF-SHA256").deriveData(expansion);
    }

    private synchronized SecretKeySpec rootKey() throws GeneralSecurityException {
        SecretKeySpec known = rootKey;
        if (known == null) {
            known = deriveRootKey();
            rootKey = known;
        }
        return known;
    }

    private SecretKeySpec deriveRootKey() throws GeneralSecurityException {
        String text = secret.reveal().strip();
        if (text.length() < MIN_SECRET_LENGTH) {
            throw new IllegalArgumentException(settingName + " has " + text.length() + " characters; it needs at least "
                    + MIN_SECRET_LENGTH + "; generate one with openssl rand -base64 24");
        }
        byte[] stretched = stretcher.stretch(text.toCharArray(), SALT.getBytes(StandardCharsets.US_ASCII));
        return new SecretKeySpec(stretched, "HKDF");
    }

    private static byte[] stretch(char[] secret, byte[] salt) throws GeneralSecurityException {
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec(secret, salt, ITERATIONS, KEY_BYTES * Byte.SIZE))
                .getEncoded();
    }
}
