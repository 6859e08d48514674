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
    @DisplayName("N-05 a reload that changes the address moves an open connection at once")
    void anOpenConnectionMoves() throws Exception {
        try (RawServer old = new RawServer();
                RawServer next = new RawServer()) {
            // Given
            Calling calling = new Calling();
            try (Ginkgo tree = Ginkgo.start(calling, server(old.address()));
                    RawClient left = old.accept()) {
                // When
                tree.reload(Configuration.empty().text("moved", server(next.address())));

                // Then
                left.awaitEnd();
                try (RawClient joined = next.accept()) {
                    calling.tcp.awaitReady(ofSeconds(10));
                    assertThat(old.waiting()).isZero();
                    assertThat(joined.socket.isConnected()).isTrue();
                }
            }
        }
    }

    @Test
    @DisplayName("N-05 a reload that changes the address ends the pause")
    void aPauseEnds() throws Exception {
        try (RawServer next = new RawServer()) {
            // Given
            Address nobody;
            try (RawServer gone = new RawServer()) {
                nobody = gone.address();
            }
            Calling calling = new Calling();
            try (Ginkgo tree = Ginkgo.start(calling, server(nobody))) {
                assertThat(calling.tcp.status().state()).isEqualTo(State.DEGRADED);

                // When
                tree.reload(Configuration.empty().text("moved", server(next.address())));

                // Then it does not take the ten minutes of the pause
                try (RawClient joined = next.accept()) {
                    calling.tcp.awaitReady(ofSeconds(10));
                    assertThat(joined.socket.isConnected()).isTrue();
                }
            }
        }
    }

    @Test
    void anotherReloadLeavesTheConnectionAlone() throws Exception {
        try (RawServer server = new RawServer()) {
            // Given
            Calling calling = new Calling();
            try (Ginkgo tree = Ginkgo.start(calling, server(server.address()));
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

    private static final class Calling extends Service {
        final Setting<Address> server = setting("server", RawClient.ANY_PORT);
        final TcpClient tcp = add("tcp", new TcpClient(server, TcpServerTest::echo));
    }
}
