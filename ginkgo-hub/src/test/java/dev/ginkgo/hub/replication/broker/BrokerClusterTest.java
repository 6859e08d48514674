package dev.ginkgo.hub.replication.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.spi.BrokerStats;
import dev.ginkgo.hub.spi.LocalBrokerServer;
import dev.ginkgo.hub.testing.HubCluster;
import dev.ginkgo.hub.testing.RawHttp2Client;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.SocketClient;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Hubs that replicate through a broker in memory: the same ids everywhere, history, and idempotency keys. */
class BrokerClusterTest {
    private static final String KEY = "Idempotency-Key";

    /** Longer than any pause of a busy machine. */
    private static final String PATIENT = "hub.replication.publish-timeout = '1m'";

    private final LocalBrokerServer server = new LocalBrokerServer(2);

    private static String poll(HubCluster nodes, HubCluster.TestNode node, String path, String... headers)
            throws Exception {
        return nodes.get(node, path, headers).body();
    }

    private static String idOf(HttpResponse<String> response) {
        return response.body().replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
    }

    @Test
    @DisplayName(
            "H-234 a message has the same id at every hub, which is returned to its publisher, and a subscriber resumes with"
                    + " it at any hub")
    void idIsTheSameAtEveryHub() throws Exception {
        try (HubCluster nodes = HubCluster.of(3, server, PATIENT);
                Subscription first = nodes.get(0).hub.subscribe("/n");
                Subscription second = nodes.get(1).hub.subscribe("/n")) {
            // When
            HttpResponse<String> posted = nodes.post(nodes.get(1), "/n", "one");
            PublishResult published = nodes.get(2).hub.publish("/n", "two");

            // Then
            assertThat(posted.body()).contains("\"receivers\":1", "\"peers\":2");
            assertThat(published.peers()).isEqualTo(2);
            for (Subscription each : List.of(first, second)) {
                assertThat(each.take().id()).isEqualTo(idOf(posted));
                assertThat(each.take().id()).isEqualTo(published.id());
            }
            assertThat(MessageId.parse(published.id()).positions()).hasSize(2); // one for each stream

            // And when a client resumes at hubs that it has not used before
            for (int i = 0; i < 3; i++) {
                String resumed = poll(
                        nodes, nodes.get(i), "/n?poll=1", "Accept", "text/event-stream", "Last-Event-ID", idOf(posted));
                assertThat(resumed).contains("\"recovered\":true", "id: " + published.id(), "data: two");
                assertThat(resumed).doesNotContain("data: one");
            }
            assertThat(nodes.get(1).hub.stats().published()).isEqualTo(1);
            assertThat(poll(nodes, nodes.get(0), "/-/metrics", "Accept", "*/*")).contains("ginkgo_hub_peers 2");
        }
    }

    @Test
    @DisplayName(
            "H-234 a subscriber of a pattern that moves between hubs receives the messages of all streams, none twice")
    void resumesPatternAcrossStreams() throws Exception {
        try (HubCluster nodes = HubCluster.of(2, server, PATIENT)) {
            List<String> received = new ArrayList<>();
            String id = "";
            for (int round = 0; round < 6; round++) {
                for (int i = 0; i < 10; i++) {
                    nodes.get(i % 2).hub.publish("/p/" + i, round + "/" + i);
                }
                Since since = id.isEmpty() ? Since.Point.ALL : new Since.After(id);
                try (Subscription subscription = nodes.get(round % 2).hub.subscribe("/p/>", since)) {
                    subscription.onGap(gap -> received.add("gap"));
                    for (int i = 0; i < 5; i++) { // leaves some to the other hub
                        Message message = subscription.take();
                        received.add(message.text());
                        id = message.id();
                    }
                }
            }
            try (Subscription subscription = nodes.get(0).hub.subscribe("/p/>", new Since.After(id))) {
                subscription.onGap(gap -> received.add("gap"));
                while (received.size() < 60) {
                    received.add(subscription.take().text());
                }
            }
            assertThat(received)
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 60)
                            .mapToObj(n -> n / 10 + "/" + n % 10)
                            .toList());
        }
    }

    @Test
    @DisplayName(
            "H-235 a hub that starts later, or again, has the history of the streams, and a subscriber resumes there")
    void startsFromHistory() throws Exception {
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT)) {
            // Given
            List<String> texts = IntStream.range(0, 200).mapToObj(n -> "m" + n).toList();
            List<String> ids = new ArrayList<>();
            for (String text : texts) {
                ids.add(nodes.get(0).hub.publish("/h/" + text.length(), text).id());
            }

            // When
            HubCluster.TestNode late = nodes.start(2);

            // Then
            List<String> all = new ArrayList<>();
            try (Subscription subscription = late.hub.subscribe("/h/>", Since.Point.ALL)) {
                subscription.onGap(gap -> all.add("gap"));
                for (int i = 0; i < texts.size(); i++) {
                    all.add(subscription.take().text());
                }
            }
            assertThat(all).containsExactlyInAnyOrderElementsOf(texts);
            assertThat(poll(nodes, late, "/h/4?poll=1", "Accept", "text/event-stream", "Last-Event-ID", ids.get(150)))
                    .contains("\"recovered\":true", "data: m151", "data: m199")
                    .doesNotContain("data: m150");
        }
    }

    @Test
    @DisplayName(
            "H-235 history that a starting hub does not read is reported as a gap to a subscriber that resumes there")
    void reportsHistoryThatIsNotRead() throws Exception {
        LocalBrokerServer single = new LocalBrokerServer(1);
        try (HubCluster nodes = HubCluster.of(1, single, PATIENT)) {
            String first = nodes.get(0).hub.publish("/h", "1").id();
            nodes.get(0).hub.publish("/h", "2");
            String last = nodes.get(0).hub.publish("/h", "3").id();
            single.discard("/h", 2);

            HubCluster.TestNode late = nodes.start(2);

            assertThat(poll(nodes, late, "/h?poll=1", "Accept", "text/event-stream", "Last-Event-ID", first))
                    .contains("\"recovered\":false", "data: 3");
            nodes.get(0).hub.publish("/h", "4");
            assertThat(poll(nodes, late, "/h?poll=1", "Accept", "text/event-stream", "Last-Event-ID", last))
                    .contains("\"recovered\":true", "data: 4");
        }
    }

    @Test
    @DisplayName(
            "H-236 a publish that is repeated at another hub with its Idempotency-Key gets the first response, and the"
                    + " message is delivered once")
    void repetitionAtAnotherHubIsDeliveredOnce() throws Exception {
        try (HubCluster nodes = HubCluster.of(2, server, PATIENT);
                Subscription subscription = nodes.get(1).hub.subscribe("/x")) {
            HttpResponse<String> response = nodes.post(nodes.get(0), "/x", "1", KEY, "k");
            assertThat(subscription.take().text()).isEqualTo("1");

            HttpResponse<String> repeated = nodes.post(nodes.get(1), "/x", "1", KEY, "k");

            assertThat(repeated.headers().firstValue("Idempotency-Replayed")).hasValue("true");
            assertThat(idOf(repeated)).isEqualTo(idOf(response));
            assertThat(nodes.post(nodes.get(1), "/x", "2", KEY, "k").body()).contains("\"code\":\"key-reused\"");
            HubCluster.TestNode late = nodes.start(3);
            assertThat(idOf(nodes.post(late, "/x", "1", KEY, "k"))).isEqualTo(idOf(response));
            assertThat(server.count("/x")).isEqualTo(1);
        }
    }

    @Test
    @DisplayName(
            "H-236 if the first attempt had an unknown outcome and both are stored, no hub delivers the second one")
    void repetitionAfterUnknownOutcomeIsDeliveredOnce() throws Exception {
        server.setDeduplicating(false);
        try (HubCluster nodes = HubCluster.of(2, server, "hub.replication.publish-timeout = '300ms'");
                Subscription first = nodes.get(0).hub.subscribe("/x");
                Subscription second = nodes.get(1).hub.subscribe("/x")) {
            // Given a message that is on its way to the broker
            server.holdAppends(true);
            HttpResponse<String> unknown = nodes.post(nodes.get(0), "/x", "1", KEY, "k");
            assertThat(unknown.statusCode()).isEqualTo(504);
            assertThat(unknown.body()).contains("\"code\":\"outcome-unknown\"", "same Idempotency-Key");
            assertThat(unknown.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(nodes.post(nodes.get(1), "/x", "1", KEY, "k").statusCode())
                    .isEqualTo(504);

            // When
            server.holdAppends(false);
            HttpResponse<String> repeated = postUntilConfirmed(nodes, "1", "k");
            HttpResponse<String> end = postUntilConfirmed(nodes, "end", "e");

            // Then
            assertThat(server.count("/x")).isGreaterThan(2);
            for (Subscription each : List.of(first, second)) {
                assertThat(each.take().id()).isEqualTo(idOf(repeated));
                assertThat(each.take().id()).isEqualTo(idOf(end));
            }
        }
    }

    private static HttpResponse<String> postUntilConfirmed(HubCluster nodes, String text, String key) {
        return await().atMost(HubCluster.TIMEOUT)
                .until(() -> nodes.post(nodes.get(1), "/x", text, KEY, key), response -> response.statusCode() == 200);
    }

    @Test
    @DisplayName(
            "H-237 publishes over one WebSocket are appended in order without waiting for each other, and each is answered")
    void publishesOverWebSocket() throws Exception {
        try (HubCluster nodes = HubCluster.of(2, server, PATIENT);
                Subscription subscription = nodes.get(1).hub.subscribe("/w");
                SocketClient socket = SocketClient.connect(nodes.get(0).hub)) {
            // When more are sent than may wait for the broker, while it confirms none
            server.holdAppends(true);
            for (int n = 1; n <= 600; n++) {
                socket.send("{'request':" + n + ",'type':'publish','channel':'/w','data':'" + n + "'}");
            }
            assertThat(socket.received("published")).isEmpty();
            server.holdAppends(false);

            // Then
            for (int n = 1; n <= 600; n++) {
                assertThat(subscription.take().text()).isEqualTo(Integer.toString(n));
            }
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> socket.received("published").size() == 600);
            assertThat(socket.request(601, "\"type\":\"ping\"")).contains("pong");
        }
    }

    private static BrokerStats broker(HubCluster nodes) {
        return Objects.requireNonNull(nodes.get(0).broker).stats();
    }

    private static void awaitPending(HubCluster nodes, int count) {
        await().atMost(HubCluster.TIMEOUT).until(() -> broker(nodes).pending() == count);
    }

    @Test
    @DisplayName("H-379 publishes on the streams of one HTTP/2 connection wait for the broker together")
    void streamsOfHttp2_waitTogether() throws Exception {
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT);
                Subscription subscription = nodes.get(0).hub.subscribe("/x");
                RawHttp2Client client =
                        new RawHttp2Client(nodes.get(0).hub.address().port())) {
            server.holdAppends(true);
            for (int n = 1; n <= 16; n++) {
                client.post(2 * n - 1, "/x", Integer.toString(n));
            }
            client.flush();
            awaitPending(nodes, 16);
            server.holdAppends(false);

            for (int n = 1; n <= 16; n++) {
                assertThat(subscription.take().text()).isEqualTo(Integer.toString(n));
                assertThat(client.status(2 * n - 1)).isEqualTo(200);
            }
        }
    }

    @Test
    @DisplayName("H-380 messages of a WebSocket that wait for the broker use at most 256 KiB, and one message")
    void memoryOfWebSocket_isLimited() throws Exception {
        String data = "x".repeat(100 * 1024);
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT);
                RawHttpClient other =
                        new RawHttpClient(nodes.get(0).hub.address().port());
                SocketClient socket = SocketClient.connect(nodes.get(0).hub)) {
            server.holdAppends(true);
            for (int n = 1; n <= 6; n++) {
                socket.send("{'request':" + n + ",'type':'publish','channel':'/w','data':'" + data + "'}");
            }
            awaitPending(nodes, 3);

            // When another client publishes
            other.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1");

            // Then no further request of the first one is processed
            awaitPending(nodes, 4);
            assertThat(broker(nodes).pendingBytes()).isEqualTo(3 * data.length() + 1);
            server.holdAppends(false);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> socket.received("published").size() == 6);
        }
    }
}
