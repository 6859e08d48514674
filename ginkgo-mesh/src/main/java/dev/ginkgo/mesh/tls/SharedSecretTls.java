package dev.ginkgo.mesh.tls;

import dev.ginkgo.cluster.security.KeyDerivation;
import java.io.ByteArrayInputStream;
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
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * TLS 1.3 between those who know a secret. A key pair (Ed25519, RFC 8032) follows from the secret ({@link KeyDerivation}),
 * so every node has the same one, with the same certificate of it; each side shows that certificate, proves that it has
 * the key, and accepts no other. The secret never goes over the wire, and whoever wants to guess it has to do the work
 * of the derivation for every guess.
 *
 * <p>Instead of JGroups' {@code SYM_ENCRYPT}: that one leaves headers, and messages that are nothing but headers, as
 * votes are, readable and unsigned, and what a stranger sends is parsed before it is checked.
 */
public final class SharedSecretTls {
    private static final int SEED_BITS = 256;
    private static final String PURPOSE = "ginkgo mesh, version 2";
    private static final char[] KEY_STORE_PASSWORD = "in memory".toCharArray();

    private SharedSecretTls() {}

    /**
     * By the keys of a secret.
     *
     * @throws IllegalArgumentException if that is too short
     * @throws GeneralSecurityException if this Java cannot do it
     */
    public static SSLContext context(KeyDerivation keyDerivation) throws Exception {
        byte[] seed = keyDerivation.deriveKey(PURPOSE);
        KeyPair pair = keyPair(seed);
        X509Certificate certificate = certificate(pair);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("node", pair.getPrivate(), KEY_STORE_PASSWORD, new X509Certificate[] {certificate});
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, KEY_STORE_PASSWORD);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(
                managers.getKeyManagers(), new TrustManager[] {new PinnedCertificateTrustManager(certificate)}, null);
        return context;
    }

    /** The private key of Ed25519 is its seed; the generator works out the public one. */
    private static KeyPair keyPair(byte[] seed) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(SEED_BITS - 1, new FixedSeedRandom(seed));
        KeyPair pair = generator.generateKeyPair();
        PrivateKey made = pair.getPrivate();
        if (!(made instanceof EdECPrivateKey ed) || !Arrays.equals(ed.getBytes().orElseThrow(), seed)) {
            throw new GeneralSecurityException("the Ed25519 of " + generator.getProvider() + " takes no seed");
        }
        return pair;
    }

    private static X509Certificate certificate(KeyPair pair) throws GeneralSecurityException {
        byte[] toBeSigned =
                CertificateEncoder.toBeSigned("ginkgo", pair.getPublic().getEncoded());
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(toBeSigned);
        byte[] signed = CertificateEncoder.signed(toBeSigned, signature.sign());
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(signed));
    }

    /** Gives the same bytes, to the one who asks once. */
    private static final class FixedSeedRandom extends SecureRandom {
        private static final long serialVersionUID = 1;

        @SuppressWarnings("serial") // never is
        private final byte[] bytes;

        FixedSeedRandom(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void nextBytes(byte[] out) {
            System.arraycopy(bytes, 0, out, 0, out.length);
        }
    }
}
