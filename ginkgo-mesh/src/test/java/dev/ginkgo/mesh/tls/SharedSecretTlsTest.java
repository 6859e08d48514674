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

    /** Lets a client of one secret talk to a server of another; what the server has read. */
    private static int talk(SSLContext client, SSLContext server) throws Exception {
        try (SSLServerSocket door = (SSLServerSocket)
                server.getServerSocketFactory().createServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            door.setNeedClientAuth(true);
            Future<Integer> read = CompletableFuture.supplyAsync(() -> {
                try (SSLSocket socket = (SSLSocket) door.accept()) {
                    return socket.getInputStream().read();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            try (SSLSocket socket = (SSLSocket)
                    client.getSocketFactory().createSocket(InetAddress.ofLiteral("127.0.0.1"), door.getLocalPort())) {
                socket.getOutputStream().write(42);
                socket.getOutputStream().flush();
                assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
                return read.get();
            }
        }
    }

    @Test
    @DisplayName("K-17 whoever derives the key from the same secret is let in; white space around it does not count")
    void same() throws Exception {
        assertThat(talk(tls("correct horse battery\n"), tls("correct horse battery")))
                .isEqualTo(42);
    }

    @Test
    @DisplayName("K-17 a certificate from another secret is refused by both sides")
    void other() throws Exception {
        SSLContext one = tls("correct horse battery");
        SSLContext two = tls("correct horse bathtub");
        assertThatThrownBy(() -> talk(one, two)).isInstanceOfAny(IOException.class, ExecutionException.class);
        assertThatThrownBy(() -> talk(two, one)).hasStackTraceContaining("it has another secret");
    }

    @Test
    @DisplayName("K-17 who has no certificate is refused")
    void none() throws Exception {
        SSLContext anybody = SSLContext.getInstance("TLSv1.3");
        anybody.init(null, new TrustManager[] {new TrustAllManager()}, null);
        assertThatThrownBy(() -> talk(anybody, tls("correct horse battery")))
                .isInstanceOfAny(IOException.class, ExecutionException.class);
    }
}
