package dev.ginkgo.hub.replication.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.UnknownOutcomeException;
import dev.ginkgo.hub.spi.LocalBroker;
import dev.ginkgo.hub.spi.LocalBrokerServer;
import dev.ginkgo.hub.testing.HubCluster;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.lifecycle.StartException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A broker that is away, slow, full, or has discarded messages. */
class BrokerOutageTest {
    private static final String PATIENT = "hub.replication.publish-timeout = '1m'";

    private final LocalBrokerServer server = new LocalBrokerServer(1);

    private static String readiness(HubCluster nodes, HubCluster.TestNode node) throws Exception {
        return nodes.get(node, "/-/health/ready").body();
    }

    private static void awaitReady(HubCluster nodes, HubCluster.TestNode node) {
        await().atMost(HubCluster.TIMEOUT)
                .until(() -> nodes.get(node, "/-/health/ready").statusCode() == 200);
    }

    @Test
    @DisplayName(
            "H-238 while the broker is away a hub is degraded with the reason, rejects publishes with 503 and Retry-After,"
                    + " and keeps its subscribers, which receive what is published later")
    void outage() throws Exception {
        try (HubCluster nodes = HubCluster.of(2, server, PATIENT);
                Subscription subscription = nodes.get(1).hub.subscribe("/x");
                RawHttpClient stream =
                        new RawHttpClient(nodes.get(1).hub.address().port())) {
            // Given
            stream.send("GET /x HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\n\r\n");
            stream.head();
            HubCluster.TestNode hub = nodes.get(0);
            hub.hub.publish("/x", "before");

            // When
            server.setOutage(true);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> readiness(nodes, hub).contains("the broker in memory is not connected"));
            HttpResponse<String> rejected = nodes.post(hub, "/x", "during");

            // Then
            assertThat(rejected.statusCode()).isEqualTo(503);
            assertThat(rejected.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(rejected.body()).contains("\"code\":\"broker-unavailable\"", "was not published");
            assertThatThrownBy(() -> hub.hub.publish("/x", "during"))
                    .isInstanceOfSatisfying(
                            HubRejectedException.class,
                            e -> assertThat(e.reason()).isEqualTo(HubRejectedException.Reason.UNAVAILABLE));
            assertThat(hub.hub.awaitPeers(Duration.ZERO)).isFalse();

            // When
            server.setOutage(false);
            awaitReady(nodes, hub);
            assertThat(hub.hub.awaitPeers(HubCluster.TIMEOUT)).isTrue();
            hub.hub.publish("/x", "after");

            // Then
            assertThat(subscription.take().text()).isEqualTo("before");
            assertThat(subscription.take().text()).isEqualTo("after");
            stream.readTo("before\n");
            stream.readTo("after\n");
            assertThat(hub.hub.stats().published()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName(
            "H-239 a hub that was cut off receives what was published during the outage, and a gap where the broker has discarded"
                    + " messages")
    void catchesUpAfterInterruption() throws Exception {
        List<Gap> gaps = new CopyOnWriteArrayList<>();
        try (HubCluster nodes = HubCluster.of(2, server, PATIENT);
                Subscription subscription = nodes.get(1).hub.subscribe("/x").onGap(gaps::add)) {
            LocalBroker client = Objects.requireNonNull(nodes.get(1).broker);
            nodes.get(0).hub.publish("/x", "1");
            assertThat(subscription.take().text()).isEqualTo("1");

            // When it is cut off, and the broker keeps the messages
            server.isolate(client, true);
            nodes.get(0).hub.publish("/x", "2");
            nodes.get(0).hub.publish("/x", "3");
            server.isolate(client, false);

            // Then
            assertThat(subscription.take().text()).isEqualTo("2");
            assertThat(subscription.take().text()).isEqualTo("3");
            assertThat(gaps).isEmpty();

            // When the broker does not keep them
            server.isolate(client, true);
            nodes.get(0).hub.publish("/x", "4");
            nodes.get(0).hub.publish("/x", "5");
            server.discard("/x", 4);
            server.isolate(client, false);

            // Then
            assertThat(subscription.take().text()).isEqualTo("5");
            assertThat(gaps).hasSize(1);
        }
    }

    @Test
    @DisplayName(
            "H-239 a stream that is deleted and created again is read from its beginning, and subscribers receive a gap")
    void streamIsCreatedAgain() throws Exception {
        List<Gap> gaps = new CopyOnWriteArrayList<>();
        try (HubCluster nodes = HubCluster.of(2, server, PATIENT);
                Subscription subscription = nodes.get(1).hub.subscribe("/x").onGap(gaps::add)) {
            String id = nodes.get(0).hub.publish("/x", "1").id();
            assertThat(subscription.take().text()).isEqualTo("1");

            server.recreate("/x");
            String later = nodes.get(0).hub.publish("/x", "2").id();

            assertThat(subscription.take().text()).isEqualTo("2");
            assertThat(gaps).hasSize(1);
            assertThat(later).isNotEqualTo(id);
            String resumed = nodes.get(nodes.get(0), "/x?poll=1", "Accept", "text/event-stream", "Last-Event-ID", id)
                    .body();
            assertThat(resumed).contains("data: 2").doesNotContain("data: 1\n");
        }
    }

    @Test
    @DisplayName(
            "H-240 a publish that the broker does not confirm in time has an unknown outcome, is delivered if it arrives"
                    + " later, and does not block the event loop")
    void unknownOutcome() throws Exception {
        try (HubCluster nodes =
                        HubCluster.of(1, server, "hub.http.loops = 1\nhub.replication.publish-timeout = '500ms'");
                Subscription subscription = nodes.get(0).hub.subscribe("/x");
                RawHttpClient publisher =
                        new RawHttpClient(nodes.get(0).hub.address().port())) {
            HubCluster.TestNode node = nodes.get(0);
            // Given
            server.holdAppends(true);
            publisher.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1");

            // When other clients of the only event loop are served
            assertThat(nodes.get(node, "/-/health/live").statusCode()).isEqualTo(200);

            // Then
            assertThat(publisher.response())
                    .startsWith("HTTP/1.1 504")
                    .contains("\"code\":\"outcome-unknown\"", "publish-timeout")
                    .doesNotContain("Retry-After");
            assertThatThrownBy(() -> node.hub.publish("/x", "2")).isInstanceOf(UnknownOutcomeException.class);
            server.holdAppends(false);
            assertThat(subscription.take().text()).isEqualTo("1");
            assertThat(subscription.take().text()).isEqualTo("2");
        }
    }

    @Test
    @DisplayName("H-240 a message that has been read is published, although its confirmation has not arrived")
    void readBeforeConfirmation() throws Exception {
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT);
                Subscription subscription = nodes.get(0).hub.subscribe("/x")) {
            server.holdConfirmations(true);
            assertThat(nodes.get(0).hub.publish("/x", "1").id())
                    .isEqualTo(subscription.take().id());
            server.holdConfirmations(false);
        }
    }

    @Test
    @DisplayName("H-240 a full broker, and a message that is too large for it, reject a publish for certain")
    void rejections() throws Exception {
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT, "hub.http.max-body = '4MiB'")) {
            HubCluster.TestNode node = nodes.get(0);
            server.setFull(true);
            assertThat(nodes.post(node, "/x", "1").statusCode()).isEqualTo(503);
            server.setFull(false);
            HttpResponse<String> tooLarge = nodes.post(node, "/x", "x".repeat(LocalBrokerServer.MAX_PAYLOAD + 1));
            assertThat(tooLarge.statusCode()).isEqualTo(413);
            assertThat(server.count("/x")).isZero();
            assertThat(nodes.post(node, "/x", "1").statusCode()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("H-245 the dashboard's samples and the metrics show the broker, and what it has not confirmed")
    void showsBroker() throws Exception {
        try (HubCluster nodes = HubCluster.of(2, server, PATIENT);
                RawHttpClient samples =
                        new RawHttpClient(nodes.get(0).hub.address().port())) {
            nodes.get(0).hub.publish("/x", "1");
            server.setFull(true);
            assertThat(nodes.post(nodes.get(0), "/x", "2").statusCode()).isEqualTo(503);

            samples.send("GET /-/dashboard/samples HTTP/1.1\r\nHost: localhost\r\n\r\n");
            samples.readTo(
                    "\"broker\":{\"server\":\"memory\",\"connected\":true,\"appended\":1,\"failed\":1,\"pending\":0,"
                            + "\"pendingBytes\":0,\"received\":1,\"lost\":0,\"reconnects\":0}");
            String metrics =
                    nodes.get(nodes.get(0), "/-/metrics", "Accept", "*/*").body();
            assertThat(metrics).contains("ginkgo_hub_peers 1", "ginkgo_hub_peers_dropped 1");
            server.setOutage(true);
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> nodes.get(nodes.get(0), "/-/metrics", "Accept", "*/*")
                            .body()
                            .contains("ginkgo_hub_peers 0"));
        }
    }

    @Test
    @DisplayName("H-238 a hub whose broker is not reachable does not start, and says why")
    void doesNotStartWithoutBroker() throws Exception {
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT)) {
            server.setOutage(true);
            assertThatThrownBy(() -> nodes.start(2))
                    .isInstanceOf(StartException.class)
                    .hasStackTraceContaining("the broker in memory is not reachable");
        }
    }
}
