package dev.ginkgo.mesh.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.security.KeyDerivation;
import dev.ginkgo.config.Secret;
import dev.ginkgo.internal.concurrent.LogRateLimiter;
import dev.ginkgo.lifecycle.TaskBody;
import dev.ginkgo.mesh.tls.SharedSecretTls;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TlsServerSocketTest {
    private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(20).toMillis();

    private final List<AutoCloseable> open = new ArrayList<>();
    private SSLContext tls;

    @BeforeEach
    void deriveKeys() throws Exception {
        tls = SharedSecretTls.context(KeyDerivation.of(Secret.of("correct horse battery staple"), "cluster.secret"));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private TlsServerSocket listen(TlsServerSocket.TaskSpawner spawner) throws Exception {
        TlsServerSocket server = new TlsServerSocket(tls, new LogRateLimiter(TimeSource.system()), spawner);
        open.add(server);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        return server;
    }

    private <T extends Socket> T connect(T client, TlsServerSocket to) throws IOException {
        open.add(client);
        client.setSoTimeout(TIMEOUT_MILLIS);
        client.connect(to.getLocalSocketAddress());
        return client;
    }

    private static void run(TaskBody body) {
        Thread.ofVirtual().start(() -> {
            try {
                body.run();
            } catch (Exception _) {
                // the end of a task
            }
        });
    }

    /** Fails if the connection is still open after {@link #TIMEOUT_MILLIS}. */
    private static void assertClosedByServer(Socket client) throws IOException {
        try {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    @Test
    @DisplayName("K-28 a connection that completed the handshake, but was not taken before the listener closed, is"
            + " closed")
    void queuedConnection_isClosed() throws Exception {
        TlsServerSocket server = listen((_, body) -> run(body));
        SSLSocket client = connect((SSLSocket) tls.getSocketFactory().createSocket(), server);
        client.startHandshake();

        server.close();

        assertClosedByServer(client);
        assertThatThrownBy(server::accept).isInstanceOf(SocketException.class);
    }

    @Test
    @DisplayName("K-28 a connection in the middle of the handshake is closed with the listener")
    void connectionInHandshake_isClosed() throws Exception {
        Queue<String> spawned = new ConcurrentLinkedQueue<>();
        TlsServerSocket server = listen((name, body) -> {
            spawned.add(name);
            run(body);
        });
        Socket silent = connect(new Socket(), server);
        await().until(() -> spawned.contains("handshake"));

        server.close();

        assertClosedByServer(silent);
    }

    @Test
    @DisplayName("K-28 a connection whose handshake cannot be started is closed, whatever the reason")
    void handshakeThatCannotBeStarted_closesConnection() throws Exception {
        assertClosed_whenSpawnThrows(new IllegalStateException("the service is stopping"));
        assertClosed_whenSpawnThrows(new UnsupportedOperationException("no thread"));
    }

    private void assertClosed_whenSpawnThrows(RuntimeException reason) throws Exception {
        TlsServerSocket server = listen((name, body) -> {
            if (name.equals("handshake")) {
                throw reason;
            }
            run(body);
        });
        assertClosedByServer(connect(new Socket(), server));
    }

    @Test
    @DisplayName("K-28 a handshake that begins after the listener closed gets no connection")
    void handshakeAfterClose_isClosed() throws Exception {
        Queue<TaskBody> held = new ConcurrentLinkedQueue<>();
        TlsServerSocket server = listen((name, body) -> {
            if (name.equals("handshake")) {
                held.add(body);
            } else {
                run(body);
            }
        });
        Socket client = connect(new Socket(), server);
        await().until(() -> !held.isEmpty());

        server.close();

        assertClosedByServer(client);
        held.remove().run();
    }
}
