package dev.ginkgo.net.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.LogCapture;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HandlerLogTest {

    @Test
    @DisplayName("N-10 an exception of a handler is logged in one line, with the peer and the source line")
    void logsAnException_inOneLine() throws Exception {
        // Given
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, c -> {
            throw new IllegalStateException("two\nlines");
        });
        try (LogCapture logged = LogCapture.of(TcpServer.class);
                Ginkgo tree = Ginkgo.start(server);
                RawClient rawClient = RawClient.connect(server.address())) {
            // When
            rawClient.awaitEnd();

            // Then
            await().untilAsserted(() -> assertThat(logged.at(Level.WARN))
                    .singleElement()
                    .asString()
                    .startsWith("connection " + rawClient.local() + " ended: IllegalStateException: two at ")
                    .contains("HandlerLogTest.java"));
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("N-10 a peer that disconnects causes no warning")
    void logsADisconnect_atDebug() throws Exception {
        // Given a handler that writes until the peer disconnects, and wraps the exception
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, c -> {
            try {
                while (true) {
                    c.writeLine("still there?");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try (LogCapture logged = LogCapture.of(TcpServer.class);
                Ginkgo tree = Ginkgo.start(server)) {
            // When
            RawClient.connect(server.address()).close();

            // Then
            await().until(() -> logged.at(Level.DEBUG).stream().anyMatch(m -> m.contains("is lost")));
            assertThat(logged.at(Level.WARN)).isEmpty();
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("N-10 rejected connections are logged at a limited rate")
    void logsRejectedConnections_atALimitedRate() throws Exception {
        TcpServer server = new TcpServer(() -> RawClient.ANY_PORT, TcpServerTest::echo);
        try (LogCapture logged = LogCapture.of(TcpServer.class);
                Ginkgo tree = Ginkgo.start(server, "max-connections = 1");
                RawClient first = RawClient.connect(server.address())) {
            first.send("here\n");
            assertThat(first.readLine()).isEqualTo("<here>");

            // When
            for (int i = 0; i < 20; i++) {
                try (RawClient rejected = RawClient.connect(server.address())) {
                    rejected.awaitEnd();
                }
            }

            // Then
            assertThat(logged.at(Level.WARN))
                    .containsExactly("max-connections = 1 is reached; connections closed since the last message: 1");
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("N-05 an outage is logged once, not at each attempt")
    void logsAnOutageOnce() throws Exception {
        try (RawServer server = new RawServer();
                LogCapture logged = LogCapture.of(TcpClient.class)) {
            // Given
            TcpClient client = new TcpClient(server::address, TcpServerTest::echo);
            try (Ginkgo tree = Ginkgo.start(client, "[reconnect]\nmin = \"5ms\"\nmax = \"10ms\"")) {
                RawClient rawClient = server.accept();

                // When
                server.stopListening();
                rawClient.close();

                // Then
                await().until(() -> logged.at(Level.DEBUG).stream()
                                .filter(m -> m.startsWith("cannot reach"))
                                .count()
                        > 3);
                assertThat(logged.at(Level.WARN)).singleElement().asString().contains("closed the connection");
                assertThat(tree.status().ready()).isFalse();
            }
        }
    }
}
