package dev.ginkgo.hub.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Certificates for tests, made by openssl in a folder, and clients that trust them. */
public final class TestCertificates {
    private final Path folder;

    public TestCertificates(Path folder) {
        this.folder = folder;
    }

    /** Files of a certificate and its private key. */
    public record Pair(Path certificate, Path key) {
        /** Returns the settings of the table {@code http} that use this pair. */
        public String[] settings(String... more) {
            List<String> settings =
                    new ArrayList<>(List.of("tls.certificate = '" + certificate + "'", "tls.key = '" + key + "'"));
            settings.addAll(List.of(more));
            return settings.toArray(String[]::new);
        }

        public X509Certificate read() {
            try (InputStream in = Files.newInputStream(certificate)) {
                return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            } catch (IOException | GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Replaces the files by those of another pair. */
        public void replaceBy(Pair other) throws IOException {
            replace(key, other.key);
            replace(certificate, other.certificate);
        }

        private static void replace(Path file, Path by) throws IOException {
            Path copy = Files.copy(by, file.resolveSibling(file.getFileName() + ".new"));
            Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Makes a self-signed certificate for localhost. */
    public Pair localhost(String file) {
        return selfSigned(file, "EC", "DNS:localhost,IP:127.0.0.1", 30);
    }

    /**
     * Makes a self-signed certificate.
     *
     * @param algorithm {@code EC} or {@code RSA}
     */
    public Pair selfSigned(String file, String algorithm, String alternativeNames, int days) {
        Pair pair = pair(file);
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes", "-batch"));
        command.addAll(
                algorithm.equals("EC")
                        ? List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
                        : List.of("-newkey", "rsa:2048"));
        command.addAll(List.of("-days", Integer.toString(days), "-subj", "/CN=" + file));
        command.addAll(List.of("-addext", "subjectAltName=" + alternativeNames));
        command.addAll(List.of("-keyout", pair.key.toString(), "-out", pair.certificate.toString()));
        run(command);
        return pair;
    }

    /** Makes a certificate for a client, signed by an authority. */
    public Pair client(String file, Pair authority) {
        Pair pair = pair(file);
        run(List.of(
                "openssl",
                "req",
                "-x509",
                "-nodes",
                "-batch",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-days",
                "30",
                "-subj",
                "/CN=" + file,
                "-CA",
                authority.certificate.toString(),
                "-CAkey",
                authority.key.toString(),
                "-addext",
                "basicConstraints=critical,CA:FALSE",
                "-keyout",
                pair.key.toString(),
                "-out",
                pair.certificate.toString()));
        return pair;
    }

    private Pair pair(String file) {
        return new Pair(folder.resolve(file + ".pem"), folder.resolve(file + ".key"));
    }

    private void run(List<String> command) {
        try (ExternalProcess process = ExternalProcess.start(folder, command.toArray(String[]::new))) {
            process.awaitSuccess();
        } catch (IOException e) {
            throw new UncheckedIOException("openssl is needed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Returns a configuration that trusts certificates, and has none of its own. */
    public static SSLContext trusting(Pair... trusted) {
        return context(null, trusted);
    }

    /** Returns a configuration that trusts certificates, and presents one. */
    public static SSLContext presenting(Pair own, Pair... trusted) {
        return context(own, trusted);
    }

    private static SSLContext context(@Nullable Pair own, Pair... trusted) {
        try {
            KeyStore trust = KeyStore.getInstance(KeyStore.getDefaultType());
            trust.load(null, null);
            for (Pair each : trusted) {
                trust.setCertificateEntry(each.certificate.toString(), each.read());
            }
            TrustManagerFactory trustManagers =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trustManagers.init(trust);
            KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            KeyStore keys = KeyStore.getInstance(KeyStore.getDefaultType());
            keys.load(null, null);
            if (own != null) {
                String pem = Files.readString(own.key).replaceAll("-----[A-Z ]+-----", "");
                Collection<X509Certificate> chain = List.of(own.read());
                keys.setKeyEntry(
                        "own",
                        KeyFactory.getInstance("EC")
                                .generatePrivate(new PKCS8EncodedKeySpec(
                                        Base64.getMimeDecoder().decode(pem))),
                        new char[0],
                        chain.toArray(Certificate[]::new));
            }
            keyManagers.init(keys, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Connects, and completes the handshake with a protocol above TLS, such as {@code h2}. */
    public static SSLSocket connectWithAlpn(SSLContext context, int port, String protocol) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {protocol});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** Connects, and completes the handshake. */
    public static SSLSocket connect(SSLContext context, int port, String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        if (protocols.length > 0) {
            socket.setEnabledProtocols(protocols);
        }
        socket.startHandshake();
        return socket;
    }
}
