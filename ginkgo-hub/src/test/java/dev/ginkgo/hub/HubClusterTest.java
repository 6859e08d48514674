package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.Lease;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.testing.HubCluster;
import dev.ginkgo.hub.testing.RawHttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Hubs that are one hub. */
class HubClusterTest {
    private static final Pattern ID = Pattern.compile("^id: (.+)$", Pattern.MULTILINE);
    private static final Pattern DATA = Pattern.compile("^data: (.+)$", Pattern.MULTILINE);

    @Test
    @DisplayName("H-14 what is published at any node is read at every node, in each publisher's order, once")
    void publishAnywhereReadAnywhere() throws Exception {
        try (HubCluster nodes = HubCluster.of(3)) {
            List<Subscription> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(nodes.get(i).hub.subscribe("/n"));
            }

            for (int n = 0; n < 100; n++) {
                for (int i = 0; i < 3; i++) {
                    assertThat(nodes.get(i).hub.publish("/n", i + "/" + n).peers())
                            .isEqualTo(2);
                }
            }

            for (Subscription reader : readers) {
                List<List<String>> byNode = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
                for (int k = 0; k < 300; k++) {
                    String[] parts = reader.take().text().split("/", -1);
                    byNode.get(Integer.parseInt(parts[0])).add(parts[1]);
                }
                for (List<String> each : byNode) {
                    assertThat(each)
                            .hasSize(100)
                            .isSortedAccordingTo((a, b) -> Integer.parseInt(a) - Integer.parseInt(b));
                }
                reader.close();
            }
        }
    }

    @Test
    @DisplayName("H-15 K-19 a reader goes to another node with its last id, and gets what it missed: recovered")
    void resumesElsewhere() throws Exception {
        try (HubCluster nodes = HubCluster.of(3)) {
            HubCluster.TestNode a = nodes.get(0);
            HubCluster.TestNode b = nodes.get(1);
            assertThat(nodes.post(a, "/n", "one").body()).contains("\"peers\":2");
            nodes.post(b, "/n", "two");
            await().atMost(HubCluster.TIMEOUT).until(() -> data(nodes, a, "all").size() == 2);
            String first = poll(nodes, a, "all");
            String id = ids(first).get(ids(first).size() - 1);
            nodes.post(a, "/n", "three");
            nodes.post(nodes.get(2), "/n", "four");
            await().atMost(HubCluster.TIMEOUT).until(() -> data(nodes, b, "all").size() == 4);

            // When
            String resumed = nodes.get(b, "/n?poll=1", "Accept", "text/event-stream", "Last-Event-ID", id)
                    .body();

            // Then
            assertThat(resumed).contains("\"recovered\":true");
            assertThat(texts(resumed)).containsExactlyInAnyOrder("three", "four");
            String metrics = nodes.get(b, "/-/metrics", "Accept", "*/*").body();
            assertThat(metrics).contains("ginkgo_hub_peers 2");
        }
    }

    @Test
    @DisplayName(
            "H-15 a reader who goes on by way of a node that is behind gets nothing twice: its ids hold what he has had")
    void byWayOfOneThatIsBehind() throws Exception {
        try (HubCluster nodes = HubCluster.of(3)) {
            HubCluster.TestNode behind = nodes.get(2);
            nodes.post(nodes.get(0), "/n", "zero");
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> data(nodes, behind, "all").size() == 1);
            nodes.isolate(2, true);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> !behind.hub.awaitPeers(Duration.ZERO)
                            && !nodes.get(0).hub.awaitPeers(Duration.ZERO));
            nodes.post(nodes.get(0), "/n", "one");
            nodes.post(nodes.get(0), "/n", "two");
            String id = ids(poll(nodes, nodes.get(0), "all")).getLast();

            // When he reads there what nobody else has yet, by a poll and by a stream
            nodes.post(behind, "/n", "three");
            String there = nodes.get(behind, "/n?poll=1", "Accept", "text/event-stream", "Last-Event-ID", id)
                    .body();
            String stream;
            try (RawHttpClient rawHttpClient =
                    new RawHttpClient(behind.hub.address().port())) {
                rawHttpClient.send("GET /n HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nLast-Event-ID: "
                        + id + "\r\n\r\n");
                stream = rawHttpClient.readTo("event: next") + rawHttpClient.readTo("data: {}");
            }
            assertThat(List.of(there, stream)).allSatisfy(read -> {
                assertThat(texts(read)).containsExactly("three");
                assertThat(read).contains("\"recovered\":true");
            });
            nodes.isolate(2, false);
            HubCluster.TestNode third = nodes.get(1);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> data(nodes, third, "all").size() == 4);

            // Then he has had all
            for (String last : List.of(ids(there).getLast(), ids(stream).getLast())) {
                String rest = nodes.get(
                                third, "/n?poll=1&wait=10ms", "Accept", "text/event-stream", "Last-Event-ID", last)
                        .body();
                assertThat(rest).contains("\"recovered\":true");
                assertThat(texts(rest)).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("K-19 the page of a node that has died goes on at another, and that of a stranger does not")
    void pageOfADeadNode() throws Exception {
        try (HubCluster nodes = HubCluster.of(2)) {
            String dead = nodes.get(0).uri("").toString();
            HubCluster.TestNode alive = nodes.get(1);
            nodes.stop(0);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> alive.cluster.roster().size() == 1);

            // When
            var answer = nodes.get(alive, "/n?poll=1&wait=0s", "Origin", dead);

            // Then
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("access-control-allow-origin"))
                    .hasValue(dead);
            assertThat(nodes.get(alive, "/n?poll=1&wait=0s", "Origin", "http://127.0.0.1:1")
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    @DisplayName("K-20 a fresh node fetches the history from its peers; who resumes there gets recovered: true")
    void freshNode() throws Exception {
        try (HubCluster nodes = HubCluster.of(2)) {
            for (int n = 0; n < 20; n++) {
                nodes.get(n % 2).hub.publish("/n", Integer.toString(n));
            }
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> data(nodes, nodes.get(0), "all").size() == 20);
            String id = ids(poll(nodes, nodes.get(0), "all")).get(9);

            HubCluster.TestNode fresh = nodes.start(3);
            nodes.awaitPeers();

            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> data(nodes, fresh, "all").size() == 20);
            String resumed = nodes.get(fresh, "/n?poll=1", "Accept", "text/event-stream", "Last-Event-ID", id)
                    .body();
            assertThat(resumed).contains("\"recovered\":true");
            assertThat(texts(resumed)).isNotEmpty();
        }
    }

    @Test
    @DisplayName(
            "K-05 when a node leads, what it publishes carries the higher epoch, and the older comes nowhere after")
    void fencing() throws Exception {
        try (HubCluster nodes = HubCluster.of(3)) {
            await().atMost(HubCluster.TIMEOUT).until(nodes.get(0).cluster::isLeader);
            Lease old = nodes.get(0).cluster.lease().orElseThrow();
            nodes.get(0).hub.publish("/n", "old", old);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> data(nodes, nodes.get(2), "all").size() == 1);

            nodes.stop(0);

            await().atMost(HubCluster.TIMEOUT).until(nodes.get(0).cluster::isLeader);
            Lease next = nodes.get(0).cluster.lease().orElseThrow();
            assertThat(old.epoch().isBefore(next.epoch())).isTrue();
            nodes.get(0).hub.publish("/n", "new", next);
            await().atMost(HubCluster.TIMEOUT)
                    .untilAsserted(
                            () -> assertThat(data(nodes, nodes.get(1), "all")).containsExactly("old", "new"));
        }
    }

    @Test
    @DisplayName("K-20 after a partition has healed, the histories are equal, and no reader was told a gap")
    void healed() throws Exception {
        try (HubCluster nodes = HubCluster.of(3);
                Subscription reader = nodes.get(0).hub.subscribe("/n")) {
            List<Gap> gaps = new ArrayList<>();
            reader.onGap(gaps::add);
            nodes.isolate(2, true);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> !nodes.get(2).hub.awaitPeers(Duration.ZERO)
                            && !nodes.get(0).hub.awaitPeers(Duration.ZERO));
            for (int n = 0; n < 30; n++) {
                nodes.get(n % 3).hub.publish("/n", Integer.toString(n));
            }
            await().atMost(HubCluster.TIMEOUT) // what was not sent is counted
                    .until(() -> nodes.get(0).hub.metrics().peers().dropped() >= 10);

            nodes.isolate(2, false);

            for (int i = 0; i < 3; i++) {
                HubCluster.TestNode testNode = nodes.get(i);
                await().atMost(HubCluster.TIMEOUT)
                        .untilAsserted(() -> assertThat(data(nodes, testNode, "all"))
                                .hasSize(30)
                                .doesNotHaveDuplicates());
            }
            for (int n = 0; n < 30; n++) {
                reader.take();
            }
            assertThat(gaps).isEmpty();
        }
    }

    @Test
    @DisplayName("H-16 what is not to be had any more after a partition is told to the readers of the channel as a gap")
    void healedTooLate() throws Exception {
        try (HubCluster nodes = HubCluster.of(2, "hub.history.count = 5", "hub.history.grace = '0s'");
                Subscription reader = nodes.get(1).hub.subscribe("/n")) {
            List<Gap> gaps = new ArrayList<>();
            reader.onGap(gaps::add);
            nodes.get(0).hub.publish("/n", "before");
            assertThat(reader.take().text()).isEqualTo("before");
            nodes.isolate(1, true);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> !nodes.get(0).hub.awaitPeers(Duration.ZERO)
                            && !nodes.get(1).hub.awaitPeers(Duration.ZERO));
            for (int n = 0; n < 100; n++) {
                nodes.get(0).hub.publish("/n", Integer.toString(n));
            }

            nodes.isolate(1, false);

            assertThat(reader.take().text()).isEqualTo("95");
            assertThat(gaps).hasSize(1);
            assertThat(gaps.getFirst().missed()).isEqualTo(Gap.UNKNOWN);
        }
    }

    private static String poll(HubCluster nodes, HubCluster.TestNode testNode, String since) throws Exception {
        return nodes.get(testNode, "/n?poll=1&wait=100ms&since=" + since, "Accept", "text/event-stream")
                .body();
    }

    private static List<String> data(HubCluster nodes, HubCluster.TestNode testNode, String since) throws Exception {
        return texts(poll(nodes, testNode, since));
    }

    /** The messages, without what the hub itself says. */
    private static List<String> texts(String events) {
        return DATA.matcher(events)
                .results()
                .map(found -> found.group(1))
                .filter(text -> !text.startsWith("{"))
                .toList();
    }

    private static List<String> ids(String events) {
        return ID.matcher(events)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
