package dev.ginkgo.net.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.Address;
import dev.ginkgo.lifecycle.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TcpServerTest {

    @Test
    void exchangesLines() throws Exception {
        // Given
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, TcpServerTest::echo);
        try (Ginkgo tree = Ginkgo.start(server);
                RawClient rawClient = RawClient.connect(server.address())) {
            // When
            rawClient.send("one\n\nzwölf\r\n");

            // Then
            assertThat(rawClient.readLine()).isEqualTo("<one>");
            assertThat(rawClient.readLine()).isEqualTo("<>");
            assertThat(rawClient.readLine()).isEqualTo("<zwölf>");
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    void addressReturnsTheActualPort() {
        // Given
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, TcpServerTest::echo);
        assertThatThrownBy(server::address)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("between its start and its stop");

        // Then
        try (Ginkgo tree = Ginkgo.start(server)) {
            assertThat(server.address().host()).isEqualTo("127.0.0.1");
            assertThat(server.address().port()).isPositive();
            assertThat(tree.status().state()).isEqualTo(State.READY);
        }
        assertThatThrownBy(server::address).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("T-08 the thread of a connection is named after its service and its peer")
    void threadsAreNamed() throws Exception {
        // Given
        BlockingQueue<String> names = new LinkedBlockingQueue<>();
        TcpServer server = new TcpServer(
                () -> RawClient.ANY_PORT, c -> names.add(Thread.currentThread().getName()));

        // Then
        try (Ginkgo tree = Ginkgo.start(server);
                RawClient rawClient = RawClient.connect(server.address())) {
            assertThat(names.poll(10, TimeUnit.SECONDS))
                    .isEqualTo(tree.status().path() + "#connection-" + rawClient.local());
        }
    }

    @Test
    @DisplayName("T-10 a connection that a handler does not close is closed when it returns")
    void closesTheConnection_whenTheHandlerReturns() throws Exception {
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, c -> c.writeLine("good-bye"));
        try (Ginkgo tree = Ginkgo.start(server);
                RawClient rawClient = RawClient.connect(server.address())) {
            assertThat(rawClient.readLine()).isEqualTo("good-bye");
            assertThat(rawClient.readLine()).isNull();
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("N-10 a handler that throws ends only its own connection")
    void keepsOtherConnections_whenAHandlerThrows() throws Exception {
        // Given
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, c -> {
            String line = String.valueOf(c.readLine());
            if (line.equals("deep")) {
                recurse(1);
            }
            c.writeLine(Integer.toString(Integer.parseInt(line)));
        });
        try (Ginkgo tree = Ginkgo.start(server);
                RawClient bad = RawClient.connect(server.address());
                RawClient deep = RawClient.connect(server.address());
                RawClient good = RawClient.connect(server.address())) {
            // When
            bad.send("not a number\n");
            bad.awaitEnd();
            deep.send("deep\n");
            deep.awaitEnd();

            // Then
            good.send("7\n");
            assertThat(good.readLine()).isEqualTo("7");
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("N-08 a line longer than max-line ends the connection")
    void endsTheConnection_whenALineIsTooLong() throws Exception {
        // Given
        BlockingQueue<Exception> thrown = new LinkedBlockingQueue<>();
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, c -> {
            try {
                echo(c);
            } catch (Exception e) {
                thrown.add(e);
            }
        });
        try (Ginkgo tree = Ginkgo.start(server, "max-line = \"10B\"");
                RawClient rawClient = RawClient.connect(server.address())) {
            // When
            rawClient.send("0123456789\n");
            assertThat(rawClient.readLine()).isEqualTo("<0123456789>");
            rawClient.send("0123456789a");

            // Then
            assertThat(thrown.poll(10, TimeUnit.SECONDS))
                    .hasMessageStartingWith("line longer than 10")
                    .hasMessageEndingWith("from peer " + rawClient.local());
            rawClient.awaitEnd();
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    void rejectsALineThatContainsALineEnd() throws Exception {
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, c -> {
            for (String line : new String[] {"a\nb", "a\r", "\n"}) {
                try {
                    c.writeLine(line);
                } catch (IllegalArgumentException e) {
                    messages.add(String.valueOf(e.getMessage()));
                }
            }
            c.writeLine("end");
        });
        try (Ginkgo tree = Ginkgo.start(server);
                RawClient rawClient = RawClient.connect(server.address())) {
            assertThat(rawClient.readLine()).isEqualTo("end");
            assertThat(messages).hasSize(3).allMatch(m -> m.startsWith("a line must not contain a line end"));
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("N-08 writes are complete and not interleaved, also large ones of several threads")
    void writesAreNotInterleaved() throws Exception {
        // Given four threads that write lines larger than any socket buffer
        int writers = 4;
        int length = 3_000_000;
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, c -> {
            Thread[] threads = new Thread[writers];
            for (int i = 0; i < writers; i++) {
                String line = Character.toString('a' + i).repeat(length);
                threads[i] = Thread.ofVirtual().start(() -> {
                    try {
                        c.writeLine(line);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
            for (Thread thread : threads) {
                thread.join();
            }
        });
        try (Ginkgo tree = Ginkgo.start(server);
                RawClient rawClient = RawClient.connect(server.address())) {
            // Then
            for (int i = 0; i < writers; i++) {
                String line = String.valueOf(rawClient.readLine());
                assertThat(line).hasSize(length);
                assertThat(line.chars().distinct().count()).isEqualTo(1);
            }
            assertThat(rawClient.readLine()).isNull();
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    void closesConnectionsAboveTheLimit() throws Exception {
        // Given
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, TcpServerTest::echo);
        try (Ginkgo tree = Ginkgo.start(server, "max-connections = 1")) {
            Address address = server.address();
            try (RawClient first = RawClient.connect(address)) {
                assertEchoes(first);

                // When
                try (RawClient second = RawClient.connect(address)) {
                    // Then
                    second.awaitEnd();
                }
                assertEchoes(first);
            }

            // And when there is room again, a new connection is served
            await().ignoreExceptions().untilAsserted(() -> {
                try (RawClient third = RawClient.connect(address)) {
                    assertEchoes(third);
                }
            });
            assertThat(tree.status().ready()).isTrue();
        }
    }

    private static void assertEchoes(RawClient rawClient) throws IOException {
        rawClient.send("here\n");
        assertThat(rawClient.readLine()).isEqualTo("<here>");
    }

    static void echo(Connection connection) throws IOException {
        for (@Nullable String line = connection.readLine(); line != null; line = connection.readLine()) {
            connection.writeLine("<" + line + ">");
        }
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int recurse(int depth) {
        return recurse(depth + 1) + 1;
    }
}
