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
 * TLS 1.3 between nodes that share a secret. A key pair (Ed25519, RFC 8032) is derived from the secret ({@link
 * KeyDerivation}), so all nodes have the same key pair and the same certificate. Each side presents that certificate,
 * proves possession of the private key, and accepts no other certificate. The secret is never sent, and each guess at
 * it costs an attacker one key derivation.
 *
 * <p>JGroups' {@code SYM_ENCRYPT} is not used: it leaves headers readable and unsigned, including messages that consist
 * only of headers, such as votes, and it parses data from unauthenticated senders before it checks them.
 */
public final class SharedSecretTls {
    private static final int SEED_BITS = 256;
    private static final String PURPOSE = "ginkgo mesh, version 2";
    private static final char[] KEY_STORE_PASSWORD = "in memory".toCharArray();

    private SharedSecretTls() {}

    /**
     * Returns a TLS context for clients and servers.
     *
     * @throws IllegalArgumentException if the secret is too short
     * @throws GeneralSecurityException if this Java platform lacks an algorithm
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

    /**
     * Returns the key pair of a seed. The private key of Ed25519 is its seed; the generator computes the public key.
     */
    private static KeyPair keyPair(byte[] seed) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(SEED_BITS - 1, new FixedSeedRandom(seed));
        KeyPair pair = generator.generateKeyPair();
        PrivateKey privateKey = pair.getPrivate();
        if (!(privateKey instanceof EdECPrivateKey ed)
                || !Arrays.equals(ed.getBytes().orElseThrow(), seed)) {
            throw new GeneralSecurityException("the Ed25519 key generator of " + generator.getProvider()
                    + " does not use the random source as the seed");
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

    /** Random source that returns the given bytes; must be used for one key only. */
    private static final class FixedSeedRandom extends SecureRandom {
        private static final long serialVersionUID = 1;

        @SuppressWarnings("serial") // never serialized
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
