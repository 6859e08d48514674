package dev.ginkgo.run.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates that a client trusts instead of those of the JDK. */
final class TrustedCertificates {
    private TrustedCertificates() {}

    /**
     * Returns a configuration of TLS that trusts the certificates of a PEM file, and no others.
     *
     * @throws FatalException if the file cannot be read or has no certificate
     */
    static SSLContext read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new CertificateException("expected -----BEGIN CERTIFICATE-----");
            }
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            for (Certificate each : certificates) {
                trusted.setCertificateEntry(Integer.toString(trusted.size()), each);
            }
            TrustManagerFactory trustManagers =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trustManagers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trustManagers.getTrustManagers(), null);
            return context;
        } catch (CertificateException e) {
            throw new FatalException(
                    ClientExitCode.NO_INPUT, file + " does not hold certificates in PEM form: " + e.getMessage());
        } catch (IOException | GeneralSecurityException e) {
            throw new FatalException(ClientExitCode.NO_INPUT, "cannot read " + file + ": " + e.getMessage());
        }
    }
}
