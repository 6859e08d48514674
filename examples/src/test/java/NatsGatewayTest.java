import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways started with {@code gateway-nats.toml}, each in its own process, a number server, and a NATS server. */
class NatsGatewayTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final NumberServer server = new NumberServer();
    private final Ginkgo serving = Ginkgo.start(server, "bind = '127.0.0.1:0'\nrate-per-minute = 3_000");
    private final List<ClusterNode> nodes = new ArrayList<>();
    private final String net = "127." + ThreadLocalRandom.current().nextInt(1, 255) + "."
            + ThreadLocalRandom.current().nextInt(255) + ".";
    private Process nats;
    private int port;

    @BeforeEach
    void start() throws IOException {
        port = freePort();
        startServer();
        for (int i = 1; i <= 2; i++) {
            nodes.add(new ClusterNode(
                    "gateway-nats.toml",
                    net + i,
                    server.tcp.address(),
                    folder,
                    List.of(
                            "cluster.coordinator.nats.servers=" + net + "100:" + port,
                            "hub.transport.nats.servers=" + net + "100:" + port)));
        }
        for (ClusterNode node : nodes) {
            node.awaitReady();
            node.subscribe();
            await().atMost(TIMEOUT)
                    .until(() -> !node.numbers.isEmpty() && node.leader().epoch() > 0);
        }
    }

    private void startServer() throws IOException {
        nats = new ProcessBuilder(
                        Files.isExecutable(Path.of("/usr/sbin/nats-server")) ? "/usr/sbin/nats-server" : "nats-server",
                        "-js",
                        "-a",
                        net + "100",
                        "-p",
                        Integer.toString(port),
                        "-sd",
                        folder.resolve("nats").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("nats.txt").toFile()))
                .start();
        await().atMost(TIMEOUT).until(this::serverListens);
    }

    private boolean serverListens() {
        try (Socket socket = new Socket(net + "100", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(net + "100"), 0));
            return socket.getLocalPort();
        }
    }

    @AfterEach
    void stop() {
        nodes.forEach(ClusterNode::close);
        nats.destroyForcibly().onExit().join();
        serving.close();
    }

    @Test
    @DisplayName(
            "N-29 the gateway runs over NATS: what is published at one node is received at the other; without NATS both"
                    + " keep their subscribers and say what is missing, and numbers resume with it; a leader that is killed is"
                    + " replaced")
    void gatewayRunsOverNats() throws Exception {
        assertThat(nodes.getFirst().publish("/own", "over NATS")).isEqualTo(200);
        await().atMost(TIMEOUT)
                .until(() -> nodes.getLast().own.stream()
                        .anyMatch(line -> line.text().equals("over NATS")));

        // When NATS is killed
        nats.destroyForcibly().onExit().join();

        // Then the nodes report it
        for (ClusterNode node : nodes) {
            await().atMost(TIMEOUT).until(() -> node.text("/-/tree").contains("NATS"));
        }

        // When NATS is back
        startServer();

        // Then the same subscribers receive numbers again, from the same leader if its lease has lasted, and the next
        // message
        long back = System.nanoTime();
        for (ClusterNode node : nodes) {
            node.awaitReady();
            await().atMost(TIMEOUT).until(() -> node.numbers.getLast().nanos() > back);
        }
        assertThat(nodes.getFirst().publish("/own", "after the outage")).isEqualTo(200);
        await().atMost(TIMEOUT)
                .until(() -> nodes.getLast().own.stream()
                        .anyMatch(line -> line.text().equals("after the outage")));

        // When the leader is killed
        String name = nodes.getFirst().leader().name();
        ClusterNode leader = nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow();
        ClusterNode other = nodes.get(1 - nodes.indexOf(leader));
        long last = other.leader().epoch();
        long killedAt = System.nanoTime();
        leader.kill();

        // Then
        await().atMost(TIMEOUT).until(() -> other.leader().epoch() > last);
        System.out.println("gateway with NATS: the next leader after "
                + Duration.ofNanos(other.leader().nanos() - killedAt).toMillis() + " ms");
        await().atMost(TIMEOUT)
                .until(() -> other.numbers.getLast().nanos() > other.leader().nanos());
    }
}
