package dev.ginkgo.mesh;

import dev.ginkgo.config.Secret;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.EdECPrivateKey;
import java.util.Arrays;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * TLS 1.3 between those who know a secret. A key pair (Ed25519, RFC 8032) follows from the secret (PBKDF2, RFC 8018),
 * so every node has the same one, with the same certificate of it; each side shows that certificate, proves that it has
 * the key, and accepts no other. The secret never goes over the wire, and whoever wants to guess it has to do the work
 * of the derivation for every guess.
 *
 * <p>Instead of JGroups' {@code SYM_ENCRYPT}: that one leaves headers, and messages that are nothing but headers, as
 * votes are, readable and unsigned, and what a stranger sends is parsed before it is checked.
 */
final class SharedSecret {
    /** Below that a secret can be guessed. */
    static final int SHORTEST = 16;

    private static final int ROUNDS = 210_000;
    private static final int SEED_BITS = 256;
    private static final String PURPOSE = "ginkgo mesh, version 1";
    private static final char[] IN_MEMORY = "in memory".toCharArray();

    private SharedSecret() {}

    /**
     * Takes a fraction of a second.
     *
     * @throws IllegalArgumentException if it is too short
     * @throws GeneralSecurityException if this Java cannot do it
     */
    static SSLContext tls(Secret secret) throws Exception {
        byte[] seed = seed(secret, PURPOSE, "cluster.secret");
        KeyPair pair = pair(seed);
        X509Certificate certificate = certificate(pair);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("node", pair.getPrivate(), IN_MEMORY, new X509Certificate[] {certificate});
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, IN_MEMORY);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(managers.getKeyManagers(), new TrustManager[] {new OnlyThis(certificate)}, null);
        return context;
    }

    /**
     * 32 bytes that follow from a secret, and take whoever guesses it a fraction of a second for every guess.
     *
     * @param purpose what they are for: other bytes for each
     * @param where the secret stands, for the error
     * @throws IllegalArgumentException if it is too short
     */
    static byte[] seed(Secret secret, String purpose, String where) throws GeneralSecurityException {
        String text = secret.reveal().strip();
        if (text.length() < SHORTEST) {
            throw new IllegalArgumentException(where + " has " + text.length() + " characters; it needs " + SHORTEST
                    + ", such as openssl rand -base64 24 gives");
        }
        byte[] salt = purpose.getBytes(StandardCharsets.US_ASCII);
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec(text.toCharArray(), salt, ROUNDS, SEED_BITS))
                .getEncoded();
    }

    /** The private key of Ed25519 is its seed; the generator works out the public one. */
    private static KeyPair pair(byte[] seed) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(SEED_BITS - 1, new Given(seed));
        KeyPair pair = generator.generateKeyPair();
        PrivateKey made = pair.getPrivate();
        if (!(made instanceof EdECPrivateKey ed) || !Arrays.equals(ed.getBytes().orElseThrow(), seed)) {
            throw new GeneralSecurityException("the Ed25519 of " + generator.getProvider() + " takes no seed");
        }
        return pair;
    }

    private static X509Certificate certificate(KeyPair pair) throws GeneralSecurityException {
        byte[] toBeSigned = Der.toBeSigned("ginkgo", pair.getPublic().getEncoded());
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(toBeSigned);
        byte[] signed = Der.signed(toBeSigned, signature.sign());
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(signed));
    }

    /** Gives the same bytes, to the one who asks once. */
    private static final class Given extends SecureRandom {
        private static final long serialVersionUID = 1;

        @SuppressWarnings("serial") // never is
        private final byte[] bytes;

        Given(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void nextBytes(byte[] out) {
            System.arraycopy(bytes, 0, out, 0, out.length);
        }
    }
}
