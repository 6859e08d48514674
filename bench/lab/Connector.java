package lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Opens connections to a server. */
interface Connector {
    Socket connect(InetSocketAddress address) throws IOException;

    /** Connections without encryption. */
    static Connector plain() {
        return address -> {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.connect(address);
            return socket;
        };
    }

    /** TLS 1.3, with whatever certificate the server has: it was created for this run. */
    static Connector tls(String... applicationProtocols) {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, new TrustManager[] {new TrustAll()}, null);
            return address -> {
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
                socket.setTcpNoDelay(true);
                socket.connect(address);
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setApplicationProtocols(applicationProtocols);
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                return socket;
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS is not available", e);
        }
    }

    /** Accepts every certificate. */
    final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
