package dev.ginkgo.mesh.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.cluster.security.KeyDerivation;
import dev.ginkgo.config.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SharedSecretTlsTest {
    private static SSLContext tls(String secret) throws Exception {
        return SharedSecretTls.context(KeyDerivation.of(Secret.of(secret), "cluster.secret"));
    }

    /** Connects a client to a server; returns the byte that the server has read. */
    private static int exchange(SSLContext client, SSLContext server) throws Exception {
        try (SSLServerSocket serverSocket = (SSLServerSocket)
                server.getServerSocketFactory().createServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            serverSocket.setNeedClientAuth(true);
            Future<Integer> read = CompletableFuture.supplyAsync(() -> {
                try (SSLSocket socket = (SSLSocket) serverSocket.accept()) {
                    return socket.getInputStream().read();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            try (SSLSocket socket = (SSLSocket) client.getSocketFactory()
                    .createSocket(InetAddress.ofLiteral("127.0.0.1"), serverSocket.getLocalPort())) {
                socket.getOutputStream().write(42);
                socket.getOutputStream().flush();
                assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
                return read.get();
            }
        }
    }

    @Test
    @DisplayName("K-17 a client with the same secret is accepted; surrounding white space of a secret is ignored")
    void sameSecret_isAccepted() throws Exception {
        assertThat(exchange(tls("correct horse battery\n"), tls("correct horse battery")))
                .isEqualTo(42);
    }

    @Test
    @DisplayName("K-17 a certificate from another secret is rejected by both sides")
    void otherSecret_isRejectedByBothSides() throws Exception {
        SSLContext one = tls("correct horse battery");
        SSLContext two = tls("correct horse bathtub");
        assertThatThrownBy(() -> exchange(one, two)).isInstanceOfAny(IOException.class, ExecutionException.class);
        assertThatThrownBy(() -> exchange(two, one)).hasStackTraceContaining("the peer uses a different secret");
    }

    @Test
    @DisplayName("K-17 a client without a certificate is rejected")
    void missingCertificate_isRejected() throws Exception {
        SSLContext untrusted = SSLContext.getInstance("TLSv1.3");
        untrusted.init(null, new TrustManager[] {new TrustAllManager()}, null);
        assertThatThrownBy(() -> exchange(untrusted, tls("correct horse battery")))
                .isInstanceOfAny(IOException.class, ExecutionException.class);
    }
}
