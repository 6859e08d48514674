package dev.ginkgo.mesh.tls;

import java.security.cert.X509Certificate;
import javax.net.ssl.X509TrustManager;

/** Trust manager of an untrusted client, which accepts any server. */
final class TrustAllManager implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
