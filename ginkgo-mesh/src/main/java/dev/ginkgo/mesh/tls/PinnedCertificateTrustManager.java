package dev.ginkgo.mesh.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trust manager that accepts one certificate, shared by all nodes. TLS verifies that the peer also has its private key.
 */
final class PinnedCertificateTrustManager extends X509ExtendedTrustManager {
    private final X509Certificate certificate;

    PinnedCertificateTrustManager(X509Certificate certificate) {
        this.certificate = certificate;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (chain.length != 1 || !Arrays.equals(chain[0].getEncoded(), certificate.getEncoded())) {
            throw new CertificateException("the peer uses a different secret");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
