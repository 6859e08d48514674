package dev.ginkgo.hub.replication.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.spi.BrokerStats;
import dev.ginkgo.hub.spi.LocalBrokerServer;
import dev.ginkgo.hub.testing.HubCluster;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.RawHttpClient;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Publishes that a client pipelines over one connection of HTTP/1.1, at a hub with a broker. */
class PipelinedPublishTest {
    private static final String PATIENT = "hub.replication.publish-timeout = '1m'";
    private static final int MAX_REQUESTS = 64;

    private final LocalBrokerServer server = new LocalBrokerServer(2);

    private static String post(String channel, Object body, String... headers) {
        String text = body.toString();
        return "POST " + channel + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + text.length() + "\r\n"
                + String.join("", List.of(headers)) + "\r\n" + text;
    }

    private static String posts(String channel, int first, int last) {
        StringBuilder requests = new StringBuilder();
        for (int n = first; n <= last; n++) {
            requests.append(post(channel, n));
        }
        return requests.toString();
    }

    private static RawHttpClient connect(HubCluster nodes) throws IOException {
        return new RawHttpClient(nodes.get(0).hub.address().port());
    }

    private static BrokerStats broker(HubCluster nodes) {
        return Objects.requireNonNull(nodes.get(0).broker).stats();
    }

    /** Waits until this number of messages is at the broker, which has not confirmed them. */
    private static void awaitPending(HubCluster nodes, int count) {
        await().atMost(HubCluster.TIMEOUT).until(() -> broker(nodes).pending() == count);
    }

    private static void takeAll(Subscription subscription, int first, int last) throws Exception {
        for (int n = first; n <= last; n++) {
            assertThat(subscription.take().text()).isEqualTo(Integer.toString(n));
        }
    }

    @Test
    @DisplayName(
            "H-373 publishes that are pipelined on one connection are at the broker together, up to 64 of them, in order")
    void pipelinedPublishes_areAtTheBrokerTogether() throws Exception {
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT);
                Subscription subscription = nodes.get(0).hub.subscribe("/x");
                RawHttpClient client = connect(nodes)) {
            // When the broker stores nothing
            server.holdAppends(true);
            client.send(posts("/x", 1, 16));

            // Then
            awaitPending(nodes, 16);
            assertThat(client.hasInput()).isFalse();

            // And when more requests follow
            client.send(posts("/x", 17, 200));
            awaitPending(nodes, MAX_REQUESTS);
            server.holdAppends(false);

            // Then
            takeAll(subscription, 1, 200);
            String last = "";
            for (int n = 1; n <= 200; n++) {
                String response = client.response();
                assertThat(response).startsWith("HTTP/1.1 200").isNotEqualTo(last);
                last = response;
            }
            Measurements.record("requests of one connection at the broker together", MAX_REQUESTS);
        }
    }

    @Test
    @DisplayName("H-373 publishes that wait for the broker use at most 256 KiB of one connection, and one message")
    void memoryOfPipelinedPublishes_isLimited() throws Exception {
        int size = 100 * 1024;
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT);
                RawHttpClient client = connect(nodes);
                RawHttpClient other = connect(nodes)) {
            server.holdAppends(true);
            String body = "x".repeat(size);
            Thread sending = Thread.ofVirtual()
                    .start(() -> sendQuietly(client, post("/x", body).repeat(6)));
            awaitPending(nodes, 3);

            // When another client publishes
            other.send(post("/x", "1"));

            // Then no further request of the first one is processed
            awaitPending(nodes, 4);
            assertThat(broker(nodes).pendingBytes()).isEqualTo(3 * size + 1);
            server.holdAppends(false);
            for (int n = 0; n < 6; n++) {
                assertThat(client.response()).startsWith("HTTP/1.1 200");
            }
            sending.join();
        }
    }

    private static void sendQuietly(RawHttpClient client, String text) {
        try {
            client.send(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @DisplayName(
            "H-374 a pipelined publish that the broker rejects is answered in its place; those behind it are published in order")
    void rejectedPublish_isAnsweredInItsPlace() throws Exception {
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT);
                Subscription subscription = nodes.get(0).hub.subscribe("/x");
                RawHttpClient client = connect(nodes)) {
            // Given two messages that the broker has not stored
            server.holdAppends(true);
            client.send(posts("/x", 1, 2));
            awaitPending(nodes, 2);

            // When it rejects the next one at once, and others follow
            server.setFull(true);
            client.send(post("/x", 3));
            await().atMost(HubCluster.TIMEOUT).until(() -> broker(nodes).failed() == 1);
            server.setFull(false);
            client.send(posts("/x", 4, 5));
            awaitPending(nodes, 4);
            assertThat(client.hasInput()).isFalse();
            server.holdAppends(false);

            // Then
            for (String status : List.of("200", "200", "503", "200", "200")) {
                assertThat(client.response()).startsWith("HTTP/1.1 " + status);
            }
            takeAll(subscription, 1, 2);
            takeAll(subscription, 4, 5);
        }
    }

    @Test
    @DisplayName(
            "H-374 publishes whose connection to the broker is lost are answered in order, each with its own outcome")
    void lostConnection_isReportedForEach() throws Exception {
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT);
                RawHttpClient client = connect(nodes)) {
            server.holdAppends(true);
            client.send(posts("/x", 1, 16));
            awaitPending(nodes, 16);

            server.setOutage(true);

            for (int n = 1; n <= 16; n++) {
                assertThat(client.response()).startsWith("HTTP/1.1 504").contains("outcome-unknown");
            }
            client.send(posts("/x", 17, 18));
            for (int n = 17; n <= 18; n++) {
                assertThat(client.response()).startsWith("HTTP/1.1 503").contains("broker-unavailable");
            }
        }
    }

    @Test
    @DisplayName("H-375 a request that is not a publish, or is not valid, waits for the publishes before it")
    void otherRequests_waitForPublishes() throws Exception {
        String head = " HTTP/1.1\r\nHost: localhost\r\n";
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT);
                RawHttpClient reading = connect(nodes);
                RawHttpClient rejected = connect(nodes);
                RawHttpClient expecting = connect(nodes);
                RawHttpClient malformed = connect(nodes)) {
            // When
            server.holdAppends(true);
            reading.send(posts("/r", 1, 2) + "GET /r?since=all&poll=1" + head + "\r\n");
            rejected.send(posts("/x", 1, 2) + "POST /x?no=such" + head + "Content-Length: 0\r\n\r\n" + post("/x", 3));
            expecting.send(posts("/e", 1, 2) + "POST /e" + head + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n");
            malformed.send(posts("/m", 1, 2) + "POST /m" + head + "Content-Length : 1\r\n\r\n");
            awaitPending(nodes, 8);
            for (RawHttpClient each : List.of(reading, rejected, expecting, malformed)) {
                assertThat(each.hasInput()).isFalse();
            }
            server.holdAppends(false);

            // Then the reader sees what was published before
            for (RawHttpClient each : List.of(reading, rejected, expecting, malformed)) {
                assertThat(each.response()).startsWith("HTTP/1.1 200");
                assertThat(each.response()).startsWith("HTTP/1.1 200");
            }
            assertThat(reading.readToEnd()).containsPattern("\n1\r?\n[^3]*2\r?\n");
            assertThat(rejected.response()).startsWith("HTTP/1.1 400");
            assertThat(rejected.response()).startsWith("HTTP/1.1 200");
            assertThat(expecting.head()).startsWith("HTTP/1.1 100");
            assertThat(expecting.send("3").response()).startsWith("HTTP/1.1 200");
            assertThat(malformed.readToEnd()).startsWith("HTTP/1.1 400").contains("connection: close");
        }
    }

    @Test
    @DisplayName("H-376 a publish that is pipelined behind another one with the same key gets the result of that one")
    void repeatedKey_getsTheFirstResult() throws Exception {
        String key = "Idempotency-Key: k\r\n";
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT);
                Subscription subscription = nodes.get(0).hub.subscribe("/x");
                RawHttpClient client = connect(nodes)) {
            server.holdAppends(true);
            client.send(post("/x", 1, key) + post("/x", 2) + post("/x", 1, key) + post("/x", 3));
            awaitPending(nodes, 2);
            server.holdAppends(false);

            String first = client.response();
            assertThat(client.response()).startsWith("HTTP/1.1 200");
            String repeated = client.response();
            assertThat(client.response()).startsWith("HTTP/1.1 200");

            assertThat(repeated).contains("Idempotency-Replayed: true");
            assertThat(bodyOf(repeated)).isEqualTo(bodyOf(first));
            takeAll(subscription, 1, 3);
        }
    }

    private static String bodyOf(String response) {
        return response.substring(response.indexOf("\r\n\r\n"));
    }

    @Test
    @DisplayName("H-391 a request whose head has arrived together with an earlier publish has the request timeout")
    void incompleteRequestBehindPublish_timesOut() throws Exception {
        String incomplete = "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n";
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT, "hub.http.request-timeout = '100ms'");
                RawHttpClient overlapping = connect(nodes);
                RawHttpClient heldBack = connect(nodes)) {
            // Given heads without their bodies, of which one is processed at once and one after the publish
            server.holdAppends(true);
            overlapping.send(post("/x", 1) + incomplete + "\r\n");
            heldBack.send(post("/x", 1) + incomplete + "Connection: close\r\n\r\n");
            awaitPending(nodes, 2);

            // When
            server.holdAppends(false);

            // Then
            for (RawHttpClient each : List.of(overlapping, heldBack)) {
                assertThat(each.response()).startsWith("HTTP/1.1 200");
                assertThat(each.readToEnd()).startsWith("HTTP/1.1 408").contains("connection: close");
            }
        }
    }

    @Test
    @DisplayName(
            "H-377 the response that ends the connection is the last one, also when the hub stops or the client does")
    void lastResponse_endsTheConnection() throws Exception {
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT);
                RawHttpClient halfClosed = connect(nodes);
                RawHttpClient closing = connect(nodes);
                RawHttpClient draining = connect(nodes);
                RawHttpClient stream = connect(nodes)) {
            stream.send("GET /x HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\n\r\n");
            stream.head();
            server.holdAppends(true);
            halfClosed.send(posts("/x", 1, 3)).shutdownOutput();
            closing.send(posts("/x", 1, 2) + post("/x", 3, "Connection: close\r\n") + post("/x", 4));
            awaitPending(nodes, 5); // the request that ends the connection waits
            server.holdAppends(false);

            assertThat(halfClosed.readToEnd().split("HTTP/1.1 200", -1)).hasSize(4);
            assertEndsWithClose(closing.readToEnd(), 3);

            // When the hub stops
            server.holdAppends(true);
            draining.send(posts("/x", 1, 3));
            awaitPending(nodes, 3);
            Thread stop = Thread.ofVirtual().start(() -> nodes.stop(0));
            stream.readToEnd();
            server.holdAppends(false);

            // Then
            assertEndsWithClose(draining.readToEnd(), 3);
            stop.join();
        }
    }

    private static void assertEndsWithClose(String responses, int count) {
        assertThat(responses.split("HTTP/1.1 200", -1)).hasSize(count + 1);
        assertThat(responses.split("connection: close", -1)).hasSize(2);
        assertThat(responses.substring(responses.lastIndexOf("HTTP/1.1 200"))).contains("connection: close");
    }

    @Test
    @DisplayName(
            "H-377 on a connection that is reset, publishes at the broker are published, the next ones are not processed, and"
                    + " nothing is logged")
    void resetConnection_discardsRequestsAndResponses() throws Exception {
        Logger http = (Logger) LoggerFactory.getLogger("dev.ginkgo.hub.http");
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        http.addAppender(logged);
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT);
                Subscription subscription = nodes.get(0).hub.subscribe("/x");
                RawHttpClient client = connect(nodes);
                RawHttpClient other = connect(nodes)) {
            server.holdAppends(true);
            client.send(posts("/x", 1, MAX_REQUESTS + 10));
            awaitPending(nodes, MAX_REQUESTS);

            // When
            client.reset();
            await().atMost(HubCluster.TIMEOUT)
                    .until(() ->
                            HubAccess.http(nodes.get(0).hub).openConnections().size() == 1);
            server.holdAppends(false);

            // Then
            takeAll(subscription, 1, MAX_REQUESTS);
            assertThat(other.send(post("/x", "later")).response()).startsWith("HTTP/1.1 200");
            assertThat(subscription.take().text()).isEqualTo("later");
            assertThat(logged.list).isEmpty();
        } finally {
            http.detachAppender(logged);
        }
    }

    @Test
    @DisplayName("H-378 while many messages wait for the broker, a connection has one there, and all are published")
    void congestedBroker_receivesOneMessageOfEach() throws Exception {
        int clients = 20;
        List<RawHttpClient> greedy = new ArrayList<>();
        try (HubCluster nodes = HubCluster.of(1, server, PATIENT, "hub.http.loops = 1");
                RawHttpClient other = connect(nodes);
                Closeable _ = () -> closeAll(greedy)) {
            // Given
            server.holdAppends(true);
            for (int i = 0; i < clients; i++) {
                greedy.add(connect(nodes));
                greedy.getLast().send(posts("/x", 1, MAX_REQUESTS));
            }
            await().atMost(HubCluster.TIMEOUT)
                    .until(() -> broker(nodes).pending() >= PendingPublishes.CONGESTED_MESSAGES);

            // When
            other.send(posts("/x", 1, 5));

            // Then
            String live = "GET /-/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
            try (RawHttpClient observer = connect(nodes)) {
                for (int i = 0; i < clients; i++) { // until the event loop has read all requests
                    observer.send(live).response();
                }
            }
            assertThat(broker(nodes).pending())
                    .isBetween(PendingPublishes.CONGESTED_MESSAGES, PendingPublishes.CONGESTED_MESSAGES + clients + 1);
            server.holdAppends(false);
            for (int n = 1; n <= 5; n++) {
                assertThat(other.response()).startsWith("HTTP/1.1 200");
            }
            for (RawHttpClient each : greedy) {
                for (int n = 1; n <= MAX_REQUESTS; n++) {
                    assertThat(each.response()).startsWith("HTTP/1.1 200");
                }
            }
        }
    }

    private static void closeAll(List<RawHttpClient> clients) throws IOException {
        for (RawHttpClient each : clients) {
            each.close();
        }
    }
}
