package dev.ginkgo.hub.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Service;
import dev.ginkgo.hub.HubMeters;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.http.HttpFrontend;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Metric;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.TestTree;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Metrics and administration pages. */
class AdminEndpointsTest {
    @Test
    @DisplayName("H-24 the metrics count publishes, deliveries, disconnects by reason, and delivery latency")
    void metrics_countEvents() throws Exception {
        try (TestHub testHub = TestHub.startHub("history.count = 50", "write-timeout = '2s'");
                RawHttpClient stalled = testHub.lines("/a");
                RawHttpClient subscriber = testHub.lines("/a")) {
            // Given a subscriber that disconnected, one that never reads, and one that has received three messages
            testHub.lines("/b").reset();
            for (int i = 1; i <= 3; i++) {
                testHub.post("/a", "message " + i);
                subscriber.readTo("message " + i + "\n");
                // wait for both, or the loop of the stalled subscriber could put two messages into one write
                double both = 2.0 * i;
                await().until(() -> testHub.metric("delivered_total") == both);
            }
            await().until(() -> testHub.metric("disconnects_total{reason=\"client\"}") >= 1);
            String before = testHub.get("/-/metrics").body();
            assertThat(TestHub.metric(before, "published_total")).isEqualTo(3);
            assertThat(TestHub.metric(before, "delivered_total")).isEqualTo(6);
            assertThat(TestHub.metric(before, "delay_seconds_count"))
                    .isEqualTo(TestHub.metric(before, "writes_total"))
                    .isEqualTo(6);
            assertThat(TestHub.metric(before, "delay_seconds_bucket{le=\"10.0\"}"))
                    .isEqualTo(6);
            assertThat(TestHub.metric(before, "delay_seconds_sum")).isBetween(0.0, 6.0);
            assertThat(TestHub.metric(before, "subscribers")).isEqualTo(2);
            assertThat(TestHub.metric(before, "connections")).isBetween(3.0, 6.0);
            assertThat(TestHub.metric(before, "queue_depth")).isZero();
            assertThat(TestHub.metric(before, "held_bytes")).isPositive();
            assertThat(TestHub.metric(before, "disconnects_total{reason=\"stalled\"}"))
                    .isZero();

            // When the subscriber that does not read exceeds write-timeout
            Thread readerThread = Thread.ofVirtual().start(() -> drain(subscriber));
            for (int i = 0; i < 300; i++) {
                testHub.hub().publish("/a", "x".repeat(64 * 1024));
            }
            double maxDepth = testHub.metric("queue_depth_max");

            // Then the lag and the disconnect are reported, and no bytes stay pinned
            assertThat(maxDepth).isPositive();
            await().until(() -> testHub.metric("disconnects_total{reason=\"stalled\"}") == 1);
            String after = testHub.get("/-/metrics").body();
            assertThat(TestHub.metric(after, "pinned_bytes")).isZero();
            assertThat(TestHub.metric(after, "subscribers")).isEqualTo(1);
            assertThat(stalled).isNotNull();
            subscriber.reset();
            readerThread.join();
        }
    }

    @Test
    @DisplayName("H-24 the metrics count messages from history, and subscribers that received all of it")
    void metrics_countHistory() throws Exception {
        try (TestHub testHub = TestHub.startHub("history.count = 3", "history.grace = '0s'")) {
            // Given five messages, of which three are retained
            for (int i = 1; i <= 5; i++) {
                testHub.hub().publish("/a", "message " + i);
            }
            try (RawHttpClient some = testHub.lines("/a?since=all");
                    RawHttpClient newest = testHub.lines("/*?since=latest");
                    RawHttpClient later = testHub.lines("/a?conflate=100ms");
                    Subscription program = testHub.hub().subscribe("/a", Since.Point.LATEST)) {
                program.take();
                await().until(() -> testHub.hub().stats().delivered() == 5);

                // When another message is published
                testHub.hub().publish("/a", "message 6");
                for (RawHttpClient each : List.of(some, newest, later)) {
                    each.readTo("message 6");
                }
                program.take();
                await().until(() -> testHub.hub().stats().delivered() == 9);

                // Then the first five deliveries were history, and only live, unconflated ones have a latency
                String page = testHub.get("/-/metrics").body();
                assertThat(TestHub.metric(page, "replayed_total")).isEqualTo(5);
                assertThat(TestHub.metric(page, "resumed_total")).isEqualTo(2);
                assertThat(TestHub.metric(page, "not_recovered_total")).isEqualTo(1);
                assertThat(TestHub.metric(page, "delay_seconds_count")).isEqualTo(2);
                assertThat(TestHub.metric(page, "patterns")).isEqualTo(2);
                assertThat(testHub.get("/-/connections").body()).contains("\"channel\":\"/*\"");
            }
        }
    }

    @Test
    @DisplayName("H-24 the metrics are Prometheus text, with help and type once for each family")
    void metrics_arePrometheusText() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            var response = testHub.get("/-/metrics");
            assertThat(response.headers().firstValue("content-type"))
                    .hasValue("text/plain; version=0.0.4; charset=utf-8");
            String text = response.body();
            assertThat(text).endsWith("\n").doesNotContain("\r");
            for (Metric metric : Metric.all()) {
                String name = metric.name().replace('.', '_') + (metric.isCounter() ? "_total" : "");
                assertThat(text)
                        .containsOnlyOnce("# TYPE " + name + (metric.isCounter() ? " counter\n" : " gauge\n"))
                        .containsOnlyOnce("# HELP " + name + " ");
            }
            assertThat(text).contains("# TYPE ginkgo_hub_delay_seconds histogram\n", "_bucket{le=\"+Inf\"} 0\n");
            assertThat(text).contains("ginkgo_hub_dropped_total{reason=\"slow\"} 0.0\n");
        }
    }

    @Test
    @DisplayName("H-24 a Micrometer registry of the program gets the same metrics")
    void micrometerRegistry_getsMetrics() {
        MessageHub hub = new MessageHub();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        new HubMeters(hub).bindTo(registry);
        assertThat(registry.get("ginkgo.hub.published").functionCounter().count())
                .isZero();
        try (TestTree<MessageHub> tree = TestTree.start(hub, "http.bind = '127.0.0.1:0'")) {
            hub.publish("/a", "1");
            assertThat(tree.root()).isSameAs(hub);
            assertThat(registry.get("ginkgo.hub.published").functionCounter().count())
                    .isEqualTo(1);
            assertThat(registry.get("ginkgo.hub.channels").gauge().value()).isEqualTo(1);
            assertThat(registry.get("ginkgo.hub.queue.depth").gauge().value()).isZero();
            assertThat(registry.get("ginkgo.hub.disconnects")
                            .tag("reason", "stalled")
                            .functionCounter()
                            .count())
                    .isZero();
            FunctionTimer delay = registry.get("ginkgo.hub.delay").functionTimer();
            assertThat(delay.count()).isZero();
            assertThat(delay.totalTime(TimeUnit.SECONDS)).isZero();
        }
    }

    @Test
    @DisplayName("H-24 the connections page lists the slowest first, with address, channel, lag and pinned bytes")
    void connectionsPage_listsSlowestFirst() throws Exception {
        try (TestHub testHub = TestHub.startHub("write-timeout = '10m'");
                RawHttpClient slow = testHub.lines("/slow");
                RawHttpClient quick = testHub.request("GET /quick?as=sse")) {
            quick.head();
            assertThat(slow).isNotNull();
            for (int i = 0; i < 20; i++) {
                testHub.hub().publish("/slow", "x".repeat(1 << 20));
            }
            await().until(() -> testHub.hub().stats().pinnedBytes() > 0);
            String page = testHub.get("/-/connections").body();
            assertThat(page)
                    .startsWith("{\"connections\":3,\"streams\":2,\"slowest\":[{\"address\":\"127.0.0.1:")
                    .containsPattern(
                            "\"channel\":\"/slow\",\"form\":\"lines\",\"behind\":[1-9]\\d*,\"pinned-bytes\":[1-9]\\d*,"
                                    + "\"age-seconds\":[\\d.]+},\\{")
                    .containsPattern(
                            "\"channel\":\"/quick\",\"form\":\"sse\",\"behind\":0,\"pinned-bytes\":0,\"age-seconds\":[\\d.]+}]}$");
            assertThat(testHub.get("/-/connections?limit=1").body()).doesNotContain("/quick");
            assertThat(testHub.get("/-/connections?limit=0").body()).contains("\"status\":400", "bad-parameter");
        }
    }

    @Test
    @DisplayName("the channels page lists channels with their messages and subscribers")
    void channelsPage_listsMessagesAndSubscribers() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient subscriber = testHub.lines("/b")) {
            assertThat(subscriber).isNotNull();
            testHub.post("/a", "1");
            testHub.post("/a", "2");
            assertThat(testHub.get("/-/channels").body())
                    .isEqualTo(
                            "{\"channels\":2,\"some\":[{\"channel\":\"/a\",\"messages\":2,\"readers\":0,\"published\":2},{\"channel\":\"/b\",\"messages\":0,\"readers\":1,\"published\":0}]}\n");
            assertThat(testHub.get("/-/channels?limit=1").body()).startsWith("{\"channels\":2,\"some\":[{\"channel\"");
        }
    }

    /** Program with a hub and another service. */
    private static final class Program extends Service {
        final MessageHub hub = add("hub", new MessageHub());
        final Other other = add("other", new Other());
    }

    private static final class Other extends Service {
        void degrade(String reason) {
            healthDetail("server", "10.0.0.1:4440");
            degraded(reason);
        }
    }

    @Test
    @DisplayName(
            "H-24, L-40 readiness and the tree page cover the whole program, not only the hub, with details of its health")
    void readinessAndTree_coverWholeProgram() throws Exception {
        try (TestTree<Program> tree = TestTree.start(new Program(), "hub.http.bind = '127.0.0.1:0'");
                RawHttpClient client =
                        new RawHttpClient(tree.root().hub.address().port())) {
            String ready = "GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n";
            assertThat(client.send(ready).response()).startsWith("HTTP/1.1 200");
            tree.root().other.degrade("the number server");
            assertThat(client.send(ready).response())
                    .startsWith("HTTP/1.1 503")
                    .contains("program/other: DEGRADED, the number server (server: 10.0.0.1:4440)");
            assertThat(client.send(ready.replace("health/ready", "tree")).response())
                    .contains("{\"path\":\"program\",\"type\":\"Program\",\"state\":\"READY\"")
                    .contains("{\"path\":\"program/hub/http\",\"type\":\"" + HttpFrontend.class.getSimpleName()
                            + "\",\"state\":\"READY\"")
                    .contains("\"state\":\"DEGRADED\",\"since\":\"")
                    .contains("\"reason\":\"the number server\",\"details\":{\"server\":\"10.0.0.1:4440\"}");
        }
    }

    @Test
    @DisplayName("H-24 pages other than health are served only to local clients that connect directly")
    void adminPages_areServedToLocalClientsOnly() throws Exception {
        try (TestHub testHub = TestHub.withBind(
                "0.0.0.0:0",
                "anonymous = true",
                "allowed-hosts = ['hub.example']",
                "allowed-origins = ['https://app.example']")) {
            for (String page : new String[] {"metrics", "connections", "channels", "tree"}) {
                assertThat(page(testHub, page, "Host: localhost")).startsWith("HTTP/1.1 200");
                assertThat(page(testHub, page, "Host: [::1]:8088")).startsWith("HTTP/1.1 200");
                for (String header : new String[] {
                    "Host: hub.example",
                    "Host: localhost\r\nX-Forwarded-For: 10.0.0.7",
                    "Host: localhost\r\nForwarded: for=10.0.0.7",
                    "Host: localhost\r\nVia: 1.1 proxy",
                    "Host: localhost\r\nOrigin: https://app.example"
                }) {
                    assertThat(page(testHub, page, header))
                            .as(page + " with " + header)
                            .startsWith("HTTP/1.1 403")
                            .contains("\"code\":\"loopback-only\"");
                }
            }
            assertThat(page(testHub, "health/ready", "Host: hub.example")).startsWith("HTTP/1.1 200");
            Optional<InetAddress> other = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(each -> !each.isLoopbackAddress() && each.getAddress().length == 4)
                    .findFirst();
            if (other.isPresent()) {
                try (Socket remote = new Socket(other.get(), testHub.port())) {
                    remote.setSoTimeout(5_000);
                    remote.getOutputStream()
                            .write("GET /-/tree HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    assertThat(new String(remote.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                            .startsWith("HTTP/1.1 403");
                }
            }
        }
    }

    @Test
    @DisplayName("pipelined requests wait for a response that another thread builds")
    void pipelinedRequests_waitForAsyncResponse() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient client = testHub.connect()) {
            String tree = "GET /-/tree HTTP/1.1\r\nHost: localhost\r\n\r\n";
            String post = "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1";
            client.send(tree + post + tree + tree + post);
            for (String expected : new String[] {"\"path\"", "\"id\"", "\"path\"", "\"path\"", "\"id\""}) {
                assertThat(client.response()).startsWith("HTTP/1.1 200").contains("{" + expected);
            }
            client.send("HEAD /-/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" + post);
            assertThat(client.head()).startsWith("HTTP/1.1 200").containsPattern("content-length: [1-9]");
            assertThat(client.response()).contains("\"id\"");
        }
    }

    private static String page(TestHub testHub, String name, String headers) throws IOException {
        try (RawHttpClient rawHttpClient = testHub.connect()) {
            return rawHttpClient
                    .send("GET /-/" + name + " HTTP/1.1\r\n" + headers + "\r\n\r\n")
                    .response();
        }
    }

    private static void drain(RawHttpClient subscriber) {
        try {
            subscriber.readToEnd();
        } catch (IOException closed) {
            // the hub or the test has closed the connection
        }
    }
}
