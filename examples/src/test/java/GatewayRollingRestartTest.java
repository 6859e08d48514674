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

/** Stops and restarts three gateway processes gracefully, one after another, under load. */
class GatewayRollingRestartTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration PUBLISH_INTERVAL = Duration.ofMillis(10);

    @TempDir
    Path folder;

    private final NumberServer server = new NumberServer();
    private final Ginkgo serving = Ginkgo.start(server, "bind = '127.0.0.1:0'\nrate-per-minute = 600");
    private final List<ClusterNode> nodes = new ArrayList<>();
    private final List<ClusterNode> publishing = new CopyOnWriteArrayList<>();
    private final List<MovingSubscriber> subscribers = new ArrayList<>();
    private final List<Thread> publishers = new ArrayList<>();

    /** All messages that a node accepted. */
    private final List<String> accepted = new CopyOnWriteArrayList<>();

    private volatile ClusterNode lastRestarted;
    private volatile boolean finished;

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
        lastRestarted = nodes.getFirst();
    }

    @AfterEach
    void stop() {
        finished = true;
        subscribers.forEach(MovingSubscriber::close);
        nodes.forEach(ClusterNode::close);
        serving.close();
    }

    private static void awaitPeers(ClusterNode node) {
        await().atMost(TIMEOUT).until(() -> node.text("/-/metrics").contains("ginkgo_hub_peers 2"));
    }

    /** Publishes at a node, except while it is being restarted. */
    private void publish(ClusterNode node) {
        try {
            for (int n = 0; !finished; n++) {
                String text = node.host + "/" + n;
                synchronized (node) { // so that a node is stopped between two messages
                    if (publishing.contains(node)) {
                        assertThat(node.publish("/load", text)).isEqualTo(200);
                        accepted.add(text);
                    }
                }
                LockSupport.parkNanos(PUBLISH_INTERVAL.toNanos());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @DisplayName("K-20 H-15 in a rolling restart subscribers move to another node or return to theirs, and resume with"
            + " recovered: true, without loss or duplicates")
    void subscribersResumeWithoutLossOrDuplicates() throws Exception {
        for (ClusterNode node : nodes) {
            subscribers.add(new MovingSubscriber(() -> node.uri("/load"))); // stays with its node
            subscribers.add(new MovingSubscriber(
                    () -> lastRestarted.uri("/load"))); // moves to the node that was restarted last
        }
        await().atMost(TIMEOUT).until(() -> subscribers.stream().allMatch(MovingSubscriber::isSubscribed));
        publishing.addAll(nodes);
        nodes.forEach(node -> publishers.add(Thread.ofVirtual().start(() -> publish(node))));
        await().atMost(TIMEOUT)
                .until(() -> subscribers.stream().allMatch(subscriber -> subscriber.received.size() > 20));

        // When
        for (ClusterNode node : nodes) {
            synchronized (node) {
                publishing.remove(node);
            }
            lastRestarted =
                    lastRestarted.equals(node) ? nodes.getLast() : lastRestarted; // no node has been restarted yet
            node.signal("TERM");
            node.awaitEnd();
            node.start();
            node.awaitReady();
            nodes.forEach(GatewayRollingRestartTest::awaitPeers);
            publishing.add(node);
            lastRestarted = node;
            await().atMost(TIMEOUT).until(() -> subscribers.stream().allMatch(MovingSubscriber::isSubscribed));
        }
        finished = true;
        for (Thread publisher : publishers) {
            publisher.join();
        }

        // Then
        for (MovingSubscriber subscriber : subscribers) {
            await().atMost(TIMEOUT).until(() -> subscriber.received.size() >= accepted.size());
            assertThat(subscriber.received).containsExactlyInAnyOrderElementsOf(accepted);
            for (ClusterNode node : nodes) {
                assertThat(of(node, subscriber.received)).isEqualTo(of(node, accepted));
            }
            assertThat(subscriber.gaps).isEmpty();
            assertThat(subscriber.resumes).isNotEmpty().allMatch(start -> start.contains("\"recovered\":true"));
        }
        System.out.printf(
                "rolling restart: %d messages, %d resumes%n",
                accepted.size(),
                subscribers.stream()
                        .mapToInt(subscriber -> subscriber.resumes.size())
                        .sum());
    }

    private static List<String> of(ClusterNode node, List<String> texts) {
        return texts.stream().filter(text -> text.startsWith(node.host + "/")).toList();
    }
}
