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
    private static final String QUICK = "[reconnect]\nmin = \"10ms\"\nmax = \"50ms\"";

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> pauses = new CopyOnWriteArrayList<>();

    @Test
    @DisplayName("N-05 a server that is down makes the client degraded, which counts as started; it connects later")
    void theServerIsDownAtStart() throws Exception {
        // Given
        Address address = freeAddress();
        TcpClient client = new TcpClient(() -> address, this::collect);

        // When
        try (Ginkgo tree = Ginkgo.start(client, QUICK)) {
            // Then
            assertThat(client.status().state()).isEqualTo(State.DEGRADED);
            assertThat(client.status().reason())
                    .matches("cannot reach " + address + ": Connection refused; next try in \\d+ ms");
            assertThat(tree.status().ready()).isFalse();

            // And when it comes up
            try (RawServer server = new RawServer(address);
                    RawClient rawClient = server.accept()) {
                client.awaitReady(ofSeconds(10));
                rawClient.send("hello\n");
                assertThat(lines.poll(10, TimeUnit.SECONDS)).isEqualTo("hello");
            }
        }
    }

    @Test
    @DisplayName("N-05 a server that does not answer holds up the start for 2 s, not for the connect timeout")
    void theServerDoesNotAnswer() throws Exception {
        // Given a listener whose queue is full: the kernel answers nobody then
        List<Socket> queue = new ArrayList<>();
        try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            for (int i = 0; i < 2; i++) {
                queue.add(new Socket(deaf.getInetAddress(), deaf.getLocalPort()));
            }
            Address address = new Address("127.0.0.1", deaf.getLocalPort());
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
    @DisplayName("N-04 L-16 the end of the stream makes the client degraded, and it connects again")
    void theServerEndsTheConnection() throws Exception {
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

                // And it comes back, with no blank lines out of the end of the stream
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
    @DisplayName("N-04 a server that greets and closes at once is not hammered")
    void noBusyLoop() throws Exception {
        try (RawServer server = new RawServer()) {
            // Given
            TcpClient client = new TcpClient(server::address, this::collect, () -> 0);
            try (Ginkgo tree = start(client, "min = \"20ms\"")) {
                // When it is thrown out four times
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
    @DisplayName("N-05 after a connection that lived longer than the longest pause, pauses begin anew")
    void pausesBeginAnew() throws Exception {
        try (RawServer server = new RawServer()) {
            // Given
            TcpClient client = new TcpClient(server::address, this::collect, () -> 0);
            try (Ginkgo tree = start(client, "min = \"20ms\"\nmax = \"1s\"")) {
                for (int i = 0; i < 4; i++) {
                    server.accept().close();
                }

                // When
                try (RawClient lasting = server.accept()) {
                    long begin = System.nanoTime();
                    await().until(() ->
                            System.nanoTime() - begin > ofMillis(1_200).toNanos());
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
    @DisplayName("N-10 a handler that throws ends its connection, and the client connects again")
    void aHandlerThatThrows() throws Exception {
        try (RawServer server = new RawServer()) {
            // Given
            AtomicInteger calls = new AtomicInteger();
            TcpClient client = new TcpClient(server::address, c -> {
                if (calls.incrementAndGet() == 1) {
                    throw new IllegalStateException("no good");
                }
                collect(c);
            });
            try (Ginkgo tree = Ginkgo.start(client, QUICK)) {
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
    void aStopEndsThePauseAtOnce() throws Exception {
        // Given
        Address address = freeAddress();
        TcpClient client = new TcpClient(() -> address, this::collect);
        Ginkgo tree = Ginkgo.start(client, "[reconnect]\nmin = \"10m\"\nmax = \"10m\"");

        // When, and then it does not take ten minutes
        tree.stop();
        assertThat(client.status().state()).isEqualTo(State.STOPPED);
    }

    @Test
    @DisplayName("N-02 a stop ends the connection")
    void aStopEndsTheConnection() throws Exception {
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
