package dev.ginkgo.etcd.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Reads the certificates for connections to etcd from PEM files. */
public final class EtcdTls {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

    private EtcdTls() {}

    /**
     * Reads the files.
     *
     * @param ca certificates of the authorities that sign those of the servers; empty for the ones of the Java runtime
     * @param certificate certificate of this node with its chain, if etcd requires one
     * @param key its private key, in PKCS #8 form and not encrypted
     * @throws IOException if a file is missing or malformed; the message names it
     */
    public static SSLContext context(Optional<Path> ca, Optional<Path> certificate, Optional<Path> key)
            throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    certificate.isPresent() && key.isPresent()
                            ? keyManagers(certificate.get(), key.get()).getKeyManagers()
                            : null,
                    ca.isPresent() ? trustManagers(ca.get()).getTrustManagers() : null,
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificates for etcd cannot be used: " + e.getMessage(), e);
        }
    }

    private static TrustManagerFactory trustManagers(Path ca) throws IOException, GeneralSecurityException {
        KeyStore authorities = emptyStore();
        int number = 0;
        for (Certificate each : certificates(ca)) {
            authorities.setCertificateEntry("ca-" + number++, each);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        return factory;
    }

    private static KeyManagerFactory keyManagers(Path certificate, Path key)
            throws IOException, GeneralSecurityException {
        KeyStore own = emptyStore();
        own.setKeyEntry(
                "node", privateKey(key), new char[0], certificates(certificate).toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(own, new char[0]);
        return factory;
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static List<Certificate> certificates(Path file) throws IOException {
        try {
            List<Certificate> certificates = List.copyOf(
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(read(file))));
            if (certificates.isEmpty()) {
                throw new IOException(file + " has no certificate; expected -----BEGIN CERTIFICATE-----");
            }
            return certificates;
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " is not a PEM file with certificates: " + e.getMessage(), e);
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException {
        Matcher block = KEY.matcher(new String(read(file), StandardCharsets.ISO_8859_1));
        if (!block.find()) {
            throw new IOException(file + " has no private key; expected -----BEGIN PRIVATE KEY-----");
        }
        if (!block.group(1).equals("PRIVATE KEY")) {
            throw new IOException(file + " has a key of the form \"" + block.group(1)
                    + "\"; convert it: openssl pkcs8 -topk8 -nocrypt -in " + file.getFileName() + " -out key.pem");
        }
        byte[] der = Base64.getMimeDecoder().decode(block.group(2));
        for (String algorithm : ALGORITHMS) {
            PrivateKey key = decode(algorithm, der);
            if (key != null) {
                return key;
            }
        }
        throw new IOException(file + " has a private key that is malformed, or neither EC, RSA nor Ed25519");
    }

    /** Returns a private key; null if it is not of this algorithm. */
    private static @Nullable PrivateKey decode(String algorithm, byte[] der) throws IOException {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (InvalidKeySpecException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime lacks " + algorithm + " keys", e);
        }
    }

    private static byte[] read(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " does not exist", e);
        } catch (IOException e) {
            throw new IOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
