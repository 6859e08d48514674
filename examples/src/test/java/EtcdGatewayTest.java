import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
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

/** Two gateways started with {@code gateway-etcd.toml}, each in its own process, a number server, and a server of etcd. */
class EtcdGatewayTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final NumberServer server = new NumberServer();
    private final Ginkgo serving = Ginkgo.start(server, "bind = '127.0.0.1:0'\nrate-per-minute = 3_000");
    private final List<ClusterNode> nodes = new ArrayList<>();
    private final String net = "127." + ThreadLocalRandom.current().nextInt(1, 255) + "."
            + ThreadLocalRandom.current().nextInt(255) + ".";
    private Process etcd;
    private String endpoint = "";
    private String peer = "";

    @BeforeEach
    void start() throws IOException {
        endpoint = "http://" + net + "100:" + freePort();
        peer = "http://" + net + "100:" + freePort();
        startEtcd();
        for (int i = 1; i <= 2; i++) {
            nodes.add(new ClusterNode(
                    "gateway-etcd.toml",
                    net + i,
                    server.tcp.address(),
                    folder,
                    List.of("cluster.coordinator.etcd.endpoints=" + endpoint)));
        }
        for (ClusterNode node : nodes) {
            node.awaitReady();
            node.subscribe();
            await().atMost(TIMEOUT).until(() -> node.text("/-/metrics").contains("ginkgo_hub_peers 1"));
            await().atMost(TIMEOUT)
                    .until(() -> !node.numbers.isEmpty() && node.leader().epoch() > 0);
        }
    }

    private void startEtcd() throws IOException {
        etcd = new ProcessBuilder(
                        "/usr/bin/etcd",
                        "--data-dir",
                        folder.resolve("etcd").toString(),
                        "--listen-client-urls",
                        endpoint,
                        "--advertise-client-urls",
                        endpoint,
                        "--listen-peer-urls",
                        peer,
                        "--initial-advertise-peer-urls",
                        peer,
                        "--initial-cluster",
                        "default=" + peer,
                        "--unsafe-no-fsync")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("etcd.txt").toFile()))
                .start();
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
        etcd.destroyForcibly().onExit().join();
        serving.close();
    }

    @Test
    @DisplayName("E-07 the gateway runs with etcd: both nodes serve numbers, one leads; without etcd they serve and"
            + " exchange messages, and numbers resume with it; a leader that is killed is replaced")
    void gatewayRunsWithEtcd() throws Exception {
        // When etcd is killed
        long epoch = nodes.getFirst().leader().epoch();
        etcd.destroyForcibly().onExit().join();

        // Then the nodes report it, and their hubs still exchange messages
        for (ClusterNode node : nodes) {
            await().atMost(TIMEOUT).until(() -> node.text("/-/tree").contains("waiting for etcd"));
        }
        assertThat(nodes.getFirst().publish("/own", "without etcd")).isEqualTo(200);
        await().atMost(TIMEOUT)
                .until(() -> nodes.getLast().own.stream()
                        .anyMatch(line -> line.text().equals("without etcd")));

        // When etcd is back
        startEtcd();

        // Then
        for (ClusterNode node : nodes) {
            await().atMost(TIMEOUT).until(() -> node.leader().epoch() > epoch);
            node.awaitReady();
        }

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
        System.out.println("gateway with etcd: the next leader after "
                + Duration.ofNanos(other.leader().nanos() - killedAt).toMillis() + " ms");
        await().atMost(TIMEOUT)
                .until(() -> other.numbers.getLast().nanos() > other.leader().nanos());
    }
}
