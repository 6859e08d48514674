package dev.ginkgo.net.tcp;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.lifecycle.NotReadyException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.TaskInfo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TcpClientTest {
    private static final String SHORT_BACKOFF = "[reconnect]\nmin = \"10ms\"\nmax = \"50ms\"";

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> pauses = new CopyOnWriteArrayList<>();

    @Test
    @DisplayName("N-05 if the server is unreachable the client is degraded, which counts as started; it connects later")
    void isDegraded_whenTheServerIsUnreachable() throws Exception {
        // Given
        Address address = freeAddress();
        TcpClient client = new TcpClient(() -> address, this::collect);

        // When
        try (Ginkgo tree = Ginkgo.start(client, SHORT_BACKOFF)) {
            // Then
            assertThat(client.status().state()).isEqualTo(State.DEGRADED);
            assertThat(client.status().reason())
                    .matches("cannot reach " + address + ": Connection refused; next try in \\d+ ms");
            assertThat(tree.status().ready()).isFalse();

            // And when the server starts
            try (RawServer server = new RawServer(address);
                    RawClient rawClient = server.accept()) {
                client.awaitReady(ofSeconds(10));
                rawClient.send("hello\n");
                assertThat(lines.poll(10, TimeUnit.SECONDS)).isEqualTo("hello");
            }
        }
    }

    @Test
    @DisplayName("N-05 a server that does not respond delays the start by 2 s, not by the connect timeout")
    void startIsNotBlocked_whenTheServerDoesNotRespond() throws Exception {
        // Given a listener with a full queue: the kernel does not respond to new connections
        List<Socket> queue = new ArrayList<>();
        try (ServerSocket unresponsive = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            for (int i = 0; i < 2; i++) {
                queue.add(new Socket(unresponsive.getInetAddress(), unresponsive.getLocalPort()));
            }
            Address address = new Address("127.0.0.1", unresponsive.getLocalPort());
            TcpClient client = new TcpClient(() -> address, this::collect);

            // When
            try (Ginkgo tree = Ginkgo.start(client, "connect-timeout = \"1m\"\n[ginkgo]\nstart-timeout = \"20s\"")) {
                // Then
                assertThat(tree.status().state()).isEqualTo(State.DEGRADED);
                assertThat(client.status().reason()).isEqualTo("still connecting to " + address);
            }
        } finally {
            for (Socket socket : queue) {
                socket.close();
            }
        }
    }

    @Test
    @DisplayName("N-04 L-16 the end of the stream makes the client degraded, and it reconnects")
    void reconnects_whenTheServerEndsTheConnection() throws Exception {
        try (RawServer server = new RawServer()) {
            // Given
            TcpClient client = new TcpClient(server::address, this::collect);
            try (Ginkgo tree = Ginkgo.start(client, "[reconnect]\nmin = \"300ms\"")) {
                assertThat(tree.status().ready()).isTrue();
                RawClient first = server.accept();
                first.send("1\n");
                assertThat(lines.poll(10, TimeUnit.SECONDS)).isEqualTo("1");

                // When
                first.close();

                // Then
                await().until(() -> client.status().state() == State.DEGRADED);
                assertThat(client.status().reason())
                        .startsWith(server.address() + " closed the connection; next try in ");
                assertThatThrownBy(() -> client.awaitReady(ofMillis(1)))
                        .isInstanceOf(NotReadyException.class)
                        .hasMessageContaining("closed the connection");

                // And it reconnects, and the end of the stream is not taken for a blank line
                client.awaitReady(ofSeconds(10));
                try (RawClient second = server.accept()) {
                    second.send("2\n");
                    assertThat(lines.poll(10, TimeUnit.SECONDS)).isEqualTo("2");
                }
                assertThat(client.status().restarts()).isZero();
            }
        }
    }

    @Test
    @DisplayName("N-04 a server that greets and closes at once is not contacted in a busy loop")
    void backsOff_whenTheServerClosesAtOnce() throws Exception {
        try (RawServer server = new RawServer()) {
            // Given
            TcpClient client = new TcpClient(server::address, this::collect, () -> 0);
            try (Ginkgo tree = start(client, "min = \"20ms\"")) {
                // When the server closes the connection four times
                for (int i = 0; i < 4; i++) {
                    try (RawClient rawClient = server.accept()) {
                        rawClient.send("busy\n");
                    }
                }

                // Then
                await().untilAsserted(() -> assertThat(pauses).containsExactly("20 ms", "40 ms", "80 ms", "160 ms"));
                assertThat(tree.tasks()).extracting(TaskInfo::name).contains("connection");
            }
        }
    }

    @Test
    @DisplayName("N-05 the backoff is reset after a connection that lasted longer than the maximum backoff")
    void backoffIsReset_afterALongConnection() throws Exception {
        try (RawServer server = new RawServer()) {
            // Given
            TcpClient client = new TcpClient(server::address, this::collect, () -> 0);
            try (Ginkgo tree = start(client, "min = \"20ms\"\nmax = \"1s\"")) {
                for (int i = 0; i < 4; i++) {
                    server.accept().close();
                }

                // When
                try (RawClient lasting = server.accept()) {
                    long startedAt = System.nanoTime();
                    await().until(() ->
                            System.nanoTime() - startedAt > ofMillis(1_200).toNanos());
                    assertThat(lasting.socket.isConnected()).isTrue();
                }

                // Then
                await().untilAsserted(
                                () -> assertThat(pauses).containsExactly("20 ms", "40 ms", "80 ms", "160 ms", "20 ms"));
                assertThat(tree.tasks()).extracting(TaskInfo::name).contains("connection");
            }
        }
    }

    private Ginkgo start(TcpClient client, String reconnect) {
        return Ginkgo.of(client)
                .configuration(Configuration.empty().text("test", "[reconnect]\n" + reconnect))
                .onStateChange(change -> {
                    if (change.to() == State.DEGRADED) {
                        pauses.add(change.reason().replaceAll(".*next try in ", ""));
                    }
                })
                .start();
    }

    @Test
    @DisplayName("N-10 a handler that throws ends its connection, and the client reconnects")
    void reconnects_whenTheHandlerThrows() throws Exception {
        try (RawServer server = new RawServer()) {
            // Given
            AtomicInteger calls = new AtomicInteger();
            TcpClient client = new TcpClient(server::address, c -> {
                if (calls.incrementAndGet() == 1) {
                    throw new IllegalStateException("no good");
                }
                collect(c);
            });
            try (Ginkgo tree = Ginkgo.start(client, SHORT_BACKOFF)) {
                // When
                try (RawClient first = server.accept()) {
                    first.awaitEnd();
                }

                // Then
                try (RawClient second = server.accept()) {
                    second.send("better\n");
                    assertThat(lines.poll(10, TimeUnit.SECONDS)).isEqualTo("better");
                }
                assertThat(tree.status().failure()).isEmpty();
            }
        }
    }

    @Test
    void stopEndsTheBackoff() throws Exception {
        // Given
        Address address = freeAddress();
        TcpClient client = new TcpClient(() -> address, this::collect);
        Ginkgo tree = Ginkgo.start(client, "[reconnect]\nmin = \"10m\"\nmax = \"10m\"");

        // When and then: without waiting for the backoff of ten minutes
        tree.stop();
        assertThat(client.status().state()).isEqualTo(State.STOPPED);
    }

    @Test
    @DisplayName("N-02 a stop ends the connection")
    void stopEndsTheConnection() throws Exception {
        try (RawServer server = new RawServer()) {
            TcpClient client = new TcpClient(server::address, this::collect);
            try (Ginkgo tree = Ginkgo.start(client);
                    RawClient rawClient = server.accept()) {
                // When
                tree.stop();

                // Then
                rawClient.awaitEnd();
                assertThat(client.status().state()).isEqualTo(State.STOPPED);
            }
        }
    }

    private void collect(Connection connection) throws IOException {
        for (String line = connection.readLine(); line != null; line = connection.readLine()) {
            lines.add(line);
        }
    }

    private static Address freeAddress() throws IOException {
        try (RawServer server = new RawServer()) {
            return server.address();
        }
    }
}
