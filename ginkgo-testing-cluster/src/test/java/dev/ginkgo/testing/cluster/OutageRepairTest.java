package dev.ginkgo.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.Message;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Repair of a long outage: the other nodes have retained every message that a node has missed. */
class OutageRepairTest {
    private static final int MESSAGES = 50_000;
    private static final Duration OUTAGE = Duration.ofSeconds(20);
    private static final String RETAIN_ALL = "hub.history.count = 100_000\nhub.store.budget = '256MiB'";

    /** A node that records what it receives. */
    private static final class Node extends Service {
        final Cluster cluster = add("cluster", new Cluster());
        final MessageHub hub = add("hub", new MessageHub(cluster));
        final Queue<String> received = new ConcurrentLinkedQueue<>();
        final Queue<Gap> gaps = new ConcurrentLinkedQueue<>();

        @Override
        protected void onStart() {
            spawn("read", () -> {
                try (Subscription subscription = hub.subscribe("/news")) {
                    subscription.onGap(gaps::add);
                    for (Message message : subscription) {
                        received.add(message.text());
                    }
                }
            });
        }
    }

    @Test
    @DisplayName("K-25 a node that is cut off for 20 s while 50,000 messages are published receives all of them in"
            + " order, without a gap")
    void receivesAllMessages_afterAnOutage() {
        try (TestCluster<Node> cluster = TestCluster.of(3, _ -> new Node(), RETAIN_ALL)) {
            cluster.awaitLeader();
            cluster.awaitConverged();
            Node publisher = cluster.node(0).root();
            Node away = cluster.node(2).root();

            // Given
            cluster.partition(cluster.node(2));
            int steps = 200;
            for (int step = 0; step < steps; step++) {
                for (int i = 0; i < MESSAGES / steps; i++) {
                    publisher.hub.publish("/news", "message " + (step * (MESSAGES / steps) + i));
                }
                cluster.advance(OUTAGE.dividedBy(steps));
            }
            assertThat(away.received).isEmpty();

            // When the partition heals, over a link with a round trip of 50 ms
            cluster.heal();
            cluster.delay(cluster.node(2), Duration.ofMillis(25));
            cluster.awaitConverged();
            cluster.advance(Duration.ofSeconds(10));

            // Then
            List<String> expected =
                    IntStream.range(0, MESSAGES).mapToObj(n -> "message " + n).toList();
            assertThat(away.gaps).isEmpty();
            assertThat(List.copyOf(away.received)).isEqualTo(expected);
            assertThat(List.copyOf(cluster.node(1).root().received)).isEqualTo(expected);
        }
    }
}
