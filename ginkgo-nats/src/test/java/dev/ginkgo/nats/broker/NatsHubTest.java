package dev.ginkgo.nats.broker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.local.LocalGroup;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.message.UnknownOutcomeException;
import dev.ginkgo.nats.testing.NatsServers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hubs that exchange messages over a real server. */
class NatsHubTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int PUBLISHERS = 20;
    private static final int MOVES = 10;

    @TempDir
    private @Nullable Path folder;

    private static final class Node extends Service {
        final Cluster cluster;
        final MessageHub hub;

        Node(LocalGroup group) {
            cluster = add("cluster", new Cluster(group));
            hub = add("hub", new MessageHub(cluster));
        }
    }

    private record Running(Node node, Ginkgo tree) implements AutoCloseable {
        static Running start(int number, LocalGroup group, NatsServers servers) {
            Node node = new Node(group);
            return new Running(node, Ginkgo.start(node, """
                    cluster.identity = '127.0.0.1:%d'
                    [hub]
                    http.enabled = false
                    history.count = 200_000
                    store.budget = '128MiB'
                    replication.publish-timeout = '1m'
                    [hub.transport]
                    engine = 'nats'
                    nats.%s
                    """.formatted(number, servers.setting())));
        }

        MessageHub hub() {
            return node.hub;
        }

        @Override
        public void close() {
            tree.close();
        }
    }

    @Test
    @DisplayName(
            "N-27: a subscriber that moves between hubs while messages are published at both receives each once, in order")
    void subscriberMoves() throws Exception {
        move(2_000);
    }

    @Test
    @Tag("long")
    @DisplayName("N-27: of 100,000 messages, a subscriber that moves between hubs receives each once")
    void subscriberMovesAmongManyMessages() throws Exception {
        move(100_000);
    }

    private void move(int count) throws Exception {
        LocalGroup group = new LocalGroup();
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1);
                Running a = Running.start(1, group, servers);
                Running b = Running.start(2, group, servers);
                ExecutorService publishers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Running> hubs = List.of(a, b);
            List<Future<?>> publishing = new ArrayList<>();
            for (int i = 0; i < PUBLISHERS; i++) {
                int publisher = i;
                publishing.add(publishers.submit(() -> {
                    for (int n = 0; n < count / PUBLISHERS; n++) {
                        hubs.get(publisher % 2).hub().publish("/n/" + publisher, publisher + "/" + n);
                    }
                }));
            }

            int[] next = new int[PUBLISHERS];
            List<String> gaps = new CopyOnWriteArrayList<>();
            String id = "";
            int received = 0;
            for (int move = 0; received < count; move++) {
                Since since = id.isEmpty() ? Since.Point.ALL : new Since.After(id);
                try (Subscription subscription =
                        hubs.get(move % 2).hub().subscribe("/n/>", since).onGap(gap -> gaps.add(gap.toString()))) {
                    for (int until = Math.min(count, received + count / MOVES); received < until; received++) {
                        Message message = subscription.take();
                        String[] text = message.text().split("/", -1);
                        int publisher = Integer.parseInt(text[0]);
                        assertThat(Integer.parseInt(text[1])).isEqualTo(next[publisher]++);
                        id = message.id();
                    }
                }
            }

            for (Future<?> each : publishing) {
                each.get();
            }
            assertThat(gaps).isEmpty();
            assertThat(IntStream.of(next)).containsOnly(count / PUBLISHERS);
        }
    }

    @Test
    @DisplayName(
            "N-28: when the server is killed, hubs are degraded with the reason and subscribers stay connected; when it is"
                    + " back, messages flow again, and none that was published is lost")
    void serverIsRestarted() throws Exception {
        LocalGroup group = new LocalGroup();
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1);
                Running a = Running.start(1, group, servers);
                Running b = Running.start(2, group, servers);
                Subscription subscription = b.hub().subscribe("/x")) {
            List<String> gaps = new CopyOnWriteArrayList<>();
            subscription.onGap(gap -> gaps.add(gap.toString()));
            a.hub().publish("/x", "before");
            assertThat(subscription.take().text()).isEqualTo("before");

            servers.kill(0);

            for (Running each : List.of(a, b)) {
                await().atMost(TIMEOUT)
                        .untilAsserted(() -> assertThat(
                                        each.tree().status().notReady().toString())
                                .contains("NATS at " + servers.addresses().getFirst()));
            }
            assertThat(publishes(a, "during")).isFalse();
            servers.restart(0);
            await().atMost(TIMEOUT).until(() -> publishes(a, "after"));

            List<String> texts = new ArrayList<>();
            do {
                texts.add(subscription.take().text());
            } while (!texts.getLast().equals("after"));
            assertThat(texts).doesNotHaveDuplicates();
            assertThat(gaps).isEmpty();
            await().atMost(TIMEOUT)
                    .until(() -> a.tree().status().ready() && b.tree().status().ready());
        }
    }

    private static boolean publishes(Running node, String text) throws InterruptedException {
        try {
            node.hub().publish("/x", text);
            return true;
        } catch (HubRejectedException | UnknownOutcomeException _) {
            return false;
        }
    }
}
