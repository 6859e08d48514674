package dev.ginkgo.nats.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TLS of a client, from PEM files. */
final class TlsContext {
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "Ed25519");

    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);

    private TlsContext() {}

    /**
     * Returns a context.
     *
     * @param ca the trusted authorities; empty for those of the Java runtime
     * @param certificate the client's certificate and chain, if it has one
     * @param key the private key of the certificate
     */
    static SSLContext create(Optional<Path> ca, Optional<Path> certificate, Optional<Path> key)
            throws IOException, GeneralSecurityException {
        KeyManager[] keyManagers = null;
        if (certificate.isPresent() && key.isPresent()) {
            KeyStore store = emptyStore();
            store.setKeyEntry(
                    "client",
                    privateKey(key.get()),
                    new char[0],
                    certificates(certificate.get()).toArray(new Certificate[0]));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            keyManagers = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers, new TrustManager[] {new NameCheckingTrustManager(trustManager(ca))}, null);
        return context;
    }

    private static X509ExtendedTrustManager trustManager(Optional<Path> ca)
            throws IOException, GeneralSecurityException {
        KeyStore store = null;
        if (ca.isPresent()) {
            store = emptyStore();
            int number = 0;
            for (Certificate certificate : certificates(ca.get())) {
                store.setCertificateEntry("ca-" + number++, certificate);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("the Java runtime has no trust manager for X.509");
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (found.isEmpty()) {
                throw new CertificateException(file + " contains no certificate in PEM");
            }
            return found;
        } catch (IOException e) {
            throw new IOException("cannot read the certificates in " + file + ": " + e, e);
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new IOException("cannot read the private key in " + file + ": " + e, e);
        }
        Matcher pem = PRIVATE_KEY.matcher(text);
        if (!pem.find()) {
            throw new InvalidKeySpecException(file + " contains no \"BEGIN PRIVATE KEY\"; convert the key with: openssl"
                    + " pkcs8 -topk8 -nodes -in " + file);
        }
        PKCS8EncodedKeySpec encoded =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
            } catch (InvalidKeySpecException e) {
                LOG.debug("the key in {} is not one of {}", file, algorithm, e);
            }
        }
        throw new InvalidKeySpecException(file + " contains a key that is none of " + ALGORITHMS);
    }

    /** Also compares the name of the server with its certificate, which the NATS client does not do. */
    private static final class NameCheckingTrustManager extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager target;

        NameCheckingTrustManager(X509ExtendedTrustManager target) {
            this.target = target;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
                throws CertificateException {
            if (!(socket instanceof SSLSocket connection)) {
                throw new CertificateException("the name of the server is not known");
            }
            SSLParameters parameters = connection.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            connection.setSSLParameters(parameters);
            target.checkServerTrusted(chain, type, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("the name of the server is not known");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("the name of the server is not known");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
                throws CertificateException {
            throw new CertificateException("this is a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("this is a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("this is a client");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return target.getAcceptedIssuers();
        }
    }
}
