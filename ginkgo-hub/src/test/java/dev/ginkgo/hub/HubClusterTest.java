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

/** Hubs of a cluster: replication, resume at another node, state transfer and fencing. */
class HubClusterTest {
    private static final Pattern ID = Pattern.compile("^id: (.+)$", Pattern.MULTILINE);
    private static final Pattern DATA = Pattern.compile("^data: (.+)$", Pattern.MULTILINE);

    @Test
    @DisplayName("H-14 a message published at any node is delivered at every node, once and in publisher order")
    void deliversAtEveryNode_onceInPublisherOrder() throws Exception {
        try (HubCluster nodes = HubCluster.of(3)) {
            List<Subscription> subscribers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                subscribers.add(nodes.get(i).hub.subscribe("/n"));
            }

            for (int n = 0; n < 100; n++) {
                for (int i = 0; i < 3; i++) {
                    assertThat(nodes.get(i).hub.publish("/n", i + "/" + n).peers())
                            .isEqualTo(2);
                }
            }

            for (Subscription subscriber : subscribers) {
                List<List<String>> byNode = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
                for (int k = 0; k < 300; k++) {
                    String[] parts = subscriber.take().text().split("/", -1);
                    byNode.get(Integer.parseInt(parts[0])).add(parts[1]);
                }
                for (List<String> each : byNode) {
                    assertThat(each)
                            .hasSize(100)
                            .isSortedAccordingTo((a, b) -> Integer.parseInt(a) - Integer.parseInt(b));
                }
                subscriber.close();
            }
        }
    }

    @Test
    @DisplayName("H-15 K-19 a client that resumes at another node gets the messages it missed, with recovered: true")
    void resumesAtAnotherNode() throws Exception {
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
            "H-15 a client that resumes via a lagging node receives no duplicates: its ids keep the earlier position")
    void resumesViaLaggingNode_withoutDuplicates() throws Exception {
        try (HubCluster nodes = HubCluster.of(3)) {
            HubCluster.TestNode lagging = nodes.get(2);
            nodes.post(nodes.get(0), "/n", "zero");
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> data(nodes, lagging, "all").size() == 1);
            nodes.isolate(2, true);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> !lagging.hub.awaitPeers(Duration.ZERO)
                            && !nodes.get(0).hub.awaitPeers(Duration.ZERO));
            nodes.post(nodes.get(0), "/n", "one");
            nodes.post(nodes.get(0), "/n", "two");
            String id = ids(poll(nodes, nodes.get(0), "all")).getLast();

            // When it reads a message there that no other node has yet, with a poll and with a stream
            nodes.post(lagging, "/n", "three");
            String polled = nodes.get(lagging, "/n?poll=1", "Accept", "text/event-stream", "Last-Event-ID", id)
                    .body();
            String streamed;
            try (RawHttpClient rawHttpClient =
                    new RawHttpClient(lagging.hub.address().port())) {
                rawHttpClient.send("GET /n HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nLast-Event-ID: "
                        + id + "\r\n\r\n");
                streamed = rawHttpClient.readTo("event: next") + rawHttpClient.readTo("data: {}");
            }
            assertThat(List.of(polled, streamed)).allSatisfy(read -> {
                assertThat(texts(read)).containsExactly("three");
                assertThat(read).contains("\"recovered\":true");
            });
            nodes.isolate(2, false);
            HubCluster.TestNode third = nodes.get(1);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> data(nodes, third, "all").size() == 4);

            // Then no message is left for it
            for (String last : List.of(ids(polled).getLast(), ids(streamed).getLast())) {
                String rest = nodes.get(
                                third, "/n?poll=1&wait=10ms", "Accept", "text/event-stream", "Last-Event-ID", last)
                        .body();
                assertThat(rest).contains("\"recovered\":true");
                assertThat(texts(rest)).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("K-19 a page loaded from a dead node may use another node; a page of an unknown origin may not")
    void acceptsOriginOfDeadMember() throws Exception {
        try (HubCluster nodes = HubCluster.of(2)) {
            String dead = nodes.get(0).uri("").toString();
            HubCluster.TestNode alive = nodes.get(1);
            nodes.stop(0);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> alive.cluster.roster().size() == 1);

            // When
            var response = nodes.get(alive, "/n?poll=1&wait=0s", "Origin", dead);

            // Then
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("access-control-allow-origin"))
                    .hasValue(dead);
            assertThat(nodes.get(alive, "/n?poll=1&wait=0s", "Origin", "http://127.0.0.1:1")
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    @DisplayName("K-20 a new node fetches the history from its peers; a client that resumes there gets recovered: true")
    void newNodeFetchesHistory() throws Exception {
        try (HubCluster nodes = HubCluster.of(2)) {
            for (int n = 0; n < 20; n++) {
                nodes.get(n % 2).hub.publish("/n", Integer.toString(n));
            }
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> data(nodes, nodes.get(0), "all").size() == 20);
            String id = ids(poll(nodes, nodes.get(0), "all")).get(9);

            HubCluster.TestNode newNode = nodes.start(3);
            nodes.awaitPeers();

            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> data(nodes, newNode, "all").size() == 20);
            String resumed = nodes.get(newNode, "/n?poll=1", "Accept", "text/event-stream", "Last-Event-ID", id)
                    .body();
            assertThat(resumed).contains("\"recovered\":true");
            assertThat(texts(resumed)).isNotEmpty();
        }
    }

    @Test
    @DisplayName("K-05 a new leader publishes under a higher epoch, and no node delivers the older epoch afterwards")
    void newLeaderPublishesUnderHigherEpoch() throws Exception {
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
    @DisplayName("K-20 after a partition heals, all nodes have the same history, and no subscriber receives a gap")
    void healedPartitionLeavesNoGap() throws Exception {
        try (HubCluster nodes = HubCluster.of(3);
                Subscription subscriber = nodes.get(0).hub.subscribe("/n")) {
            List<Gap> gaps = new ArrayList<>();
            subscriber.onGap(gaps::add);
            nodes.isolate(2, true);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> !nodes.get(2).hub.awaitPeers(Duration.ZERO)
                            && !nodes.get(0).hub.awaitPeers(Duration.ZERO));
            for (int n = 0; n < 30; n++) {
                nodes.get(n % 3).hub.publish("/n", Integer.toString(n));
            }
            await().atMost(HubCluster.TIMEOUT) // messages that were not sent to a peer are counted
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
                subscriber.take();
            }
            assertThat(gaps).isEmpty();
        }
    }

    @Test
    @DisplayName("H-16 messages evicted everywhere before a partition heals are a gap for the channel's subscribers")
    void healedTooLateReportsGap() throws Exception {
        try (HubCluster nodes = HubCluster.of(2, "hub.history.count = 5", "hub.history.grace = '0s'");
                Subscription subscriber = nodes.get(1).hub.subscribe("/n")) {
            List<Gap> gaps = new ArrayList<>();
            subscriber.onGap(gaps::add);
            nodes.get(0).hub.publish("/n", "before");
            assertThat(subscriber.take().text()).isEqualTo("before");
            nodes.isolate(1, true);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> !nodes.get(0).hub.awaitPeers(Duration.ZERO)
                            && !nodes.get(1).hub.awaitPeers(Duration.ZERO));
            for (int n = 0; n < 100; n++) {
                nodes.get(0).hub.publish("/n", Integer.toString(n));
            }

            nodes.isolate(1, false);

            assertThat(subscriber.take().text()).isEqualTo("95");
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

    /** Returns the messages without the control events of the hub. */
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
