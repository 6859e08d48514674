package dev.ginkgo.net.tcp;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.lifecycle.State;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ClientAddressChangeTest {

    @Test
    @DisplayName("N-05 a reload that changes the address moves an open connection immediately")
    void reloadMovesAnOpenConnection() throws Exception {
        try (RawServer old = new RawServer();
                RawServer next = new RawServer()) {
            // Given
            ClientService service = new ClientService();
            try (Ginkgo tree = Ginkgo.start(service, server(old.address()));
                    RawClient oldConnection = old.accept()) {
                // When
                tree.reload(Configuration.empty().text("moved", server(next.address())));

                // Then
                oldConnection.awaitEnd();
                try (RawClient newConnection = next.accept()) {
                    service.tcp.awaitReady(ofSeconds(10));
                    assertThat(old.waiting()).isZero();
                    assertThat(newConnection.socket.isConnected()).isTrue();
                }
            }
        }
    }

    @Test
    @DisplayName("N-05 a reload that changes the address ends the backoff")
    void reloadEndsTheBackoff() throws Exception {
        try (RawServer next = new RawServer()) {
            // Given
            Address unused;
            try (RawServer closed = new RawServer()) {
                unused = closed.address();
            }
            ClientService service = new ClientService();
            try (Ginkgo tree = Ginkgo.start(service, server(unused))) {
                assertThat(service.tcp.status().state()).isEqualTo(State.DEGRADED);

                // When
                tree.reload(Configuration.empty().text("moved", server(next.address())));

                // Then it connects without waiting for the backoff of ten minutes
                try (RawClient newConnection = next.accept()) {
                    service.tcp.awaitReady(ofSeconds(10));
                    assertThat(newConnection.socket.isConnected()).isTrue();
                }
            }
        }
    }

    @Test
    void otherReloadKeepsTheConnection() throws Exception {
        try (RawServer server = new RawServer()) {
            // Given
            ClientService service = new ClientService();
            try (Ginkgo tree = Ginkgo.start(service, server(server.address()));
                    RawClient rawClient = server.accept()) {
                // When
                tree.reload(
                        Configuration.empty().text("other", server(server.address()) + "connect-timeout = \"7s\"\n"));

                // Then
                rawClient.send("still here\n");
                assertThat(rawClient.readLine()).isEqualTo("<still here>");
                assertThat(server.waiting()).isZero();
            }
        }
    }

    private static String server(Address address) {
        return "server = \"" + address + "\"\n[tcp]\nreconnect.min = \"10m\"\nreconnect.max = \"10m\"\n";
    }

    private static final class ClientService extends Service {
        final Setting<Address> server = setting("server", RawClient.ANY_PORT);
        final TcpClient tcp = add("tcp", new TcpClient(server, TcpServerTest::echo));
    }
}
