import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** What a cluster of gateways does when the servers of its engine are killed and started again. */
abstract class ServersContract extends GatewayContract {
    private Process process;

    /** Returns the command that starts the server. */
    abstract ProcessBuilder command();

    /** Returns what a node reports without the servers. */
    abstract String problem();

    /** Returns whether hubs exchange messages without the servers. */
    abstract boolean exchangesWithoutServers();

    final String host() {
        return net + "100";
    }

    final int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(host()), 0));
            return socket.getLocalPort();
        }
    }

    final void runServer() throws IOException {
        Path output = folder.resolve("server.txt");
        process = command()
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    @Override
    void killServers() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }

    @Test
    @Order(5)
    @DisplayName(
            "K-67 N-29 E-07 without its servers each gateway keeps its subscribers and says what is missing; when they"
                    + " are back, the same subscribers receive numbers and messages again")
    void serversAreRestarted() throws Exception {
        // When
        killServers();

        // Then
        for (GatewayNode node : nodes) {
            await().atMost(TIMEOUT).until(() -> node.text("/-/tree").contains(problem()));
        }
        if (exchangesWithoutServers()) {
            assertThat(nodes.getFirst().publish("/own", "without servers")).isEqualTo(200);
            awaitText(nodes.getLast(), "without servers");
        }

        // When
        runServer();

        // Then, from the same leader if its lease has lasted
        for (GatewayNode node : nodes) {
            node.awaitReady();
        }
        long back = System.nanoTime();
        for (GatewayNode node : nodes) {
            await().atMost(TIMEOUT).until(() -> node.numbers.getLast().nanos() > back);
        }
        assertThat(nodes.getFirst().publish("/own", "after the outage")).isEqualTo(200);
        awaitText(nodes.getLast(), "after the outage");
    }
}
