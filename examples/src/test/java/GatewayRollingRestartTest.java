import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three gateways, each a process, are stopped in order and started again one after another, while all are busy. */
class GatewayRollingRestartTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(10);

    @TempDir
    Path folder;

    private final NumberServer server = new NumberServer();
    private final Ginkgo serving = Ginkgo.start(server, "bind = '127.0.0.1:0'\nrate-per-minute = 600");
    private final List<ClusterNode> nodes = new ArrayList<>();
    private final List<ClusterNode> publishing = new CopyOnWriteArrayList<>();
    private final List<MovingReader> readers = new ArrayList<>();
    private final List<Thread> publishers = new ArrayList<>();

    /** All that a node has taken. */
    private final List<String> taken = new CopyOnWriteArrayList<>();

    private volatile ClusterNode freshest;
    private volatile boolean over;

    @BeforeEach
    void start() throws IOException {
        String net = "127." + ThreadLocalRandom.current().nextInt(1, 255) + "."
                + ThreadLocalRandom.current().nextInt(255) + ".";
        for (int i = 1; i <= 3; i++) {
            nodes.add(new ClusterNode(
                    net + i, i == 1 ? "" : net + "1", server.tcp.address(), folder, "hub.history.count=20_000"));
            nodes.getLast().awaitReady();
        }
        nodes.forEach(GatewayRollingRestartTest::awaitPeers);
        freshest = nodes.getFirst();
    }

    @AfterEach
    void stop() {
        over = true;
        readers.forEach(MovingReader::close);
        nodes.forEach(ClusterNode::close);
        serving.close();
    }

    private static void awaitPeers(ClusterNode node) {
        await().atMost(SOON).until(() -> node.text("/-/metrics").contains("ginkgo_hub_peers 2"));
    }

    /** At that node, while it is not about to stop. */
    private void publish(ClusterNode node) {
        try {
            for (int n = 0; !over; n++) {
                String text = node.host + "/" + n;
                synchronized (node) { // so that a node is stopped between two
                    if (publishing.contains(node)) {
                        assertThat(node.publish("/load", text)).isEqualTo(200);
                        taken.add(text);
                    }
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @DisplayName(
            "K-20 H-15 in a rolling restart readers move, or come back to their node, and resume with recovered: true,"
                    + " nothing lost and nothing doubled")
    void rolling() throws Exception {
        for (ClusterNode node : nodes) {
            readers.add(new MovingReader(() -> node.uri("/load"))); // waits for its node
            readers.add(new MovingReader(() -> freshest.uri("/load"))); // goes to the one that was restarted last
        }
        await().atMost(SOON).until(() -> readers.stream().allMatch(MovingReader::isReading));
        publishing.addAll(nodes);
        nodes.forEach(node -> publishers.add(Thread.ofVirtual().start(() -> publish(node))));
        await().atMost(SOON).until(() -> readers.stream().allMatch(reader -> reader.got.size() > 20));

        // When
        for (ClusterNode node : nodes) {
            synchronized (node) {
                publishing.remove(node);
            }
            freshest = freshest.equals(node) ? nodes.getLast() : freshest; // no other is back yet
            node.signal("TERM");
            node.awaitEnd();
            node.start();
            node.awaitReady();
            nodes.forEach(GatewayRollingRestartTest::awaitPeers);
            publishing.add(node);
            freshest = node;
            await().atMost(SOON).until(() -> readers.stream().allMatch(MovingReader::isReading));
        }
        over = true;
        for (Thread publisher : publishers) {
            publisher.join();
        }

        // Then
        for (MovingReader reader : readers) {
            await().atMost(SOON).until(() -> reader.got.size() >= taken.size());
            assertThat(reader.got).containsExactlyInAnyOrderElementsOf(taken);
            for (ClusterNode node : nodes) {
                assertThat(of(node, reader.got)).isEqualTo(of(node, taken));
            }
            assertThat(reader.gaps).isEmpty();
            assertThat(reader.resumes).isNotEmpty().allMatch(start -> start.contains("\"recovered\":true"));
        }
        System.out.printf(
                "rolling restart: %d messages, %d resumes%n",
                taken.size(),
                readers.stream().mapToInt(reader -> reader.resumes.size()).sum());
    }

    private static List<String> of(ClusterNode node, List<String> texts) {
        return texts.stream().filter(text -> text.startsWith(node.host + "/")).toList();
    }
}
