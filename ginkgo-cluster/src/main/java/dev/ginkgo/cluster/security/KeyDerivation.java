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
 * What follows from a secret that all nodes have: a key for each purpose, none of which tells anything of another, or of
 * the secret. Whoever wants to guess the secret has to do the work of the first step (PBKDF2, RFC 8018) for every guess;
 * it is done once, by whoever asks first, for a fraction of a second. The second (HKDF, RFC 5869) costs nothing. Any
 * thread.
 */
public final class KeyDerivation {
    /** Below that a secret can be guessed. */
    static final int MIN_SECRET_LENGTH = 16;

    private static final int ITERATIONS = 210_000;
    private static final int KEY_BYTES = 32;
    private static final String SALT = "ginkgo cluster, version 2";

    /** The first step. */
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
     * Of a secret; white space around it does not count. Nothing is done yet.
     *
     * @param where it stands, for the error
     */
    public static KeyDerivation of(Secret secret, String where) {
        return new KeyDerivation(secret, where, KeyDerivation::stretch);
    }

    /**
     * 32 bytes for a purpose.
     *
     * @param purpose what they are for, in ASCII: others for each
     * @throws IllegalArgumentException if the secret can be guessed; the message says where it stands
     * @throws GeneralSecurityException if this Java cannot do it
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
            throw new IllegalArgumentException(settingName + " has " + text.length() + " characters; it needs "
                    + MIN_SECRET_LENGTH + ", such as openssl rand -base64 24 gives");
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
