package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.SocketClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Limits of one client: of a user from any address, or of an address without credentials. */
class ClientLimitsTest {
    private static final String KEY = "Idempotency-Key";
    private static final String TOO_FAST = "\"code\":\"too-many-messages\"";
    private static final String TOO_MANY_STREAMS = "\"code\":\"too-many-from-user\"";

    private final FakeClock clock = new FakeClock();

    /** Each token is the name of a user. */
    private static Optional<Principal> authenticate(Credentials credentials) {
        return credentials.token().map(name -> Principal.of(name, Grant.ALL));
    }

    private static HttpResponse<String> post(TestHub testHub, String user) throws Exception {
        return testHub.post("/x", "1", "Authorization", "Bearer " + user);
    }

    /** Sends a request from another address of this machine, and returns the head of the response. */
    private static String fromElsewhere(TestHub testHub, String line, String... headers) throws IOException {
        try (RawHttpClient client = new RawHttpClient(testHub.port(), "127.0.0.2")) {
            return client.send(line + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
                            + String.join("\r\n", headers) + "\r\n\r\n")
                    .head();
        }
    }

    @Test
    @DisplayName("H-200 a client that publishes too fast gets a 429 with Retry-After, and nothing is published")
    void fastClient_isRejected() throws Exception {
        try (TestHub testHub =
                TestHub.start(clock, "max-publish-rate-per-client = 1", "max-publish-burst-per-client = 2")) {
            assertThat(testHub.post("/x", "1").statusCode()).isEqualTo(200);
            assertThat(testHub.post("/y", "2").statusCode()).isEqualTo(200);

            // When
            HttpResponse<String> rejection = testHub.post("/x", "3");

            // Then
            assertThat(rejection.statusCode()).isEqualTo(429);
            assertThat(rejection.body()).contains(TOO_FAST, "http.max-publish-rate-per-client = 1");
            assertThat(rejection.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(testHub.hub().stats().published()).isEqualTo(2);
            clock.advance(Duration.ofSeconds(1));
            assertThat(testHub.post("/x", "3").statusCode()).isEqualTo(200);

            // and the program itself is not limited
            for (int i = 0; i < 10; i++) {
                testHub.hub().publish("/x", "program");
            }
        }
    }

    @Test
    @DisplayName(
            "H-201 a user has one rate, from every address, over HTTP/1.1, HTTP/2 and WebSocket; others have theirs")
    void user_hasOneRate() throws Exception {
        String alice = "Authorization: Bearer alice";
        try (TestHub testHub = TestHub.authenticated(
                        clock, ClientLimitsTest::authenticate, "http.max-publish-rate-per-client = 4");
                SocketClient socket = SocketClient.connect(testHub.hub(), "alice")) {
            String publish = "'type':'publish','channel':'/x','data':'1'";
            String[] http2 = {
                "--http2-prior-knowledge",
                "-H",
                alice,
                "-d",
                "1",
                testHub.uri("/x").toString()
            };
            assertThat(post(testHub, "alice").statusCode()).isEqualTo(200);
            assertThat(fromElsewhere(testHub, "POST /x", alice)).startsWith("HTTP/1.1 200 ");
            assertThat(TestHub.curl(http2)).contains("\"id\":");
            assertThat(socket.request(1, publish)).contains("published");

            // Then
            assertThat(post(testHub, "alice").statusCode()).isEqualTo(429);
            assertThat(fromElsewhere(testHub, "POST /x", alice)).startsWith("HTTP/1.1 429 ");
            assertThat(TestHub.curl(http2)).contains(TOO_FAST);
            assertThat(socket.request(2, publish)).contains("error", TOO_FAST, "\"retry-after\":1");
            assertThat(socket.request(3, "'type':'ping'")).contains("pong");
            assertThat(post(testHub, "bob").statusCode()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("H-201 without credentials, each address has its own rate")
    void address_hasItsOwnRate() throws Exception {
        try (TestHub testHub = TestHub.start(clock, "max-publish-rate-per-client = 1")) {
            assertThat(testHub.post("/x", "1").statusCode()).isEqualTo(200);
            assertThat(testHub.post("/x", "1").statusCode()).isEqualTo(429);
            assertThat(fromElsewhere(testHub, "POST /x")).startsWith("HTTP/1.1 200 ");
            assertThat(fromElsewhere(testHub, "POST /x")).startsWith("HTTP/1.1 429 ");
        }
    }

    @Test
    @DisplayName(
            "H-202 a publish repeated with its key does not count, and a rejected one may be repeated with its key")
    void repeatedPublish_doesNotCount() throws Exception {
        try (TestHub testHub = TestHub.start(clock, "max-publish-rate-per-client = 1")) {
            String first = testHub.post("/x", "1", KEY, "a").body();
            for (int i = 0; i < 5; i++) {
                assertThat(testHub.post("/x", "1", KEY, "a").body()).isEqualTo(first);
            }
            assertThat(testHub.post("/x", "2", KEY, "b").statusCode()).isEqualTo(429);
            clock.advance(Duration.ofSeconds(1));
            HttpResponse<String> second = testHub.post("/x", "2", KEY, "b");
            assertThat(second.statusCode()).isEqualTo(200);
            assertThat(second.headers().firstValue("Idempotency-Replayed")).isEmpty();
        }
    }

    @Test
    @DisplayName("H-204 the streams, long polls and WebSockets of a user are limited together, from every address")
    void streamsOfUser_areLimited() throws Exception {
        String alice = "Authorization: Bearer alice";
        try (TestHub testHub = TestHub.authenticated(
                TimeSource.system(), ClientLimitsTest::authenticate, "http.max-streams-per-user = 3")) {
            // Given
            try (RawHttpClient stream = testHub.request("GET /x", alice);
                    RawHttpClient poll = testHub.request("GET /x?poll=1", alice);
                    SocketClient socket = SocketClient.connect(testHub.hub(), "alice")) {
                assertThat(stream.head()).startsWith("HTTP/1.1 200 ");
                await().until(() -> testHub.get("/-/connections").body().split("\"/x\"", -1).length == 3);
                // the subscriptions of a WebSocket have a limit of their own
                for (int i = 0; i < 5; i++) {
                    assertThat(socket.request(i, "'type':'subscribe','channels':'/" + i + "'"))
                            .contains("subscribed");
                }

                // Then
                String[] upgrade = {
                    alice,
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    "Sec-WebSocket-Protocol: ginkgo.v1"
                };
                for (String path : new String[] {"/x", "/-/ws"}) {
                    try (RawHttpClient further = testHub.request("GET " + path, upgrade)) {
                        assertThat(further.response())
                                .startsWith("HTTP/1.1 429 ")
                                .contains("Retry-After: 5", TOO_MANY_STREAMS, "http.max-streams-per-user = 3");
                    }
                }
                assertThat(testHub.get("/x?poll=1&wait=0s", "Authorization", "Bearer alice")
                                .body())
                        .contains(TOO_MANY_STREAMS);
                assertThat(fromElsewhere(testHub, "GET /x", alice)).startsWith("HTTP/1.1 429 ");
                assertThat(fromElsewhere(testHub, "GET /x", "Authorization: Bearer bob"))
                        .startsWith("HTTP/1.1 200 ");
                assertThat(fromElsewhere(testHub, "HEAD /x", alice)).startsWith("HTTP/1.1 200 ");
                assertThat(poll.hasInput()).isFalse();
            }
            // When they are closed, there is room for others
            await().atMost(ExternalProcess.TIMEOUT)
                    .untilAsserted(() ->
                            assertThat(fromElsewhere(testHub, "GET /x", alice)).startsWith("HTTP/1.1 200 "));
        }
    }

    @Test
    @DisplayName("H-205 a user that publishes on many channels loses its own ones, not those of others at its address")
    void channels_countForUser() throws Exception {
        try (TestHub testHub =
                TestHub.authenticated(TimeSource.system(), ClientLimitsTest::authenticate, "max-channels = 20")) {
            testHub.post("/alice", "1", "Authorization", "Bearer alice");

            // When
            for (int i = 0; i < 40; i++) {
                assertThat(testHub.post("/bob/" + i, "1", "Authorization", "Bearer bob")
                                .statusCode())
                        .isEqualTo(200);
            }

            // Then
            assertThat(testHub.get("/-/channels").body()).contains("\"channel\":\"/alice\"", "\"channel\":\"/bob/39\"");
        }
    }

    @Test
    @DisplayName(
            "H-272 the patterns of a user, over streams and WebSockets, and its subscriptions over WebSockets are limited"
                    + " together, from every address")
    void subscriptionsOfUser_areLimited() throws Exception {
        String alice = "Authorization: Bearer alice";
        try (TestHub testHub = TestHub.authenticated(
                        TimeSource.system(),
                        ClientLimitsTest::authenticate,
                        "http.max-patterns-per-user = 2",
                        "http.max-subscriptions-per-user = 3");
                SocketClient first = SocketClient.connect(testHub.hub(), "alice");
                SocketClient second = SocketClient.connect(testHub.hub(), "alice");
                SocketClient bob = SocketClient.connect(testHub.hub(), "bob")) {
            String subscribe = "'type':'subscribe','channels':";
            // Given two patterns of a user, one of them over a stream
            RawHttpClient stream = testHub.request("GET /a/*", alice);
            assertThat(stream.head()).startsWith("HTTP/1.1 200 ");
            assertThat(first.request(1, subscribe + "'/b/*'")).contains("subscribed");

            // When there are more, Then they are rejected, over each way
            assertThat(fromElsewhere(testHub, "GET /c/*", alice)).startsWith("HTTP/1.1 429 ");
            assertThat(testHub.get("/c/*?poll=1", "Authorization", "Bearer alice")
                            .body())
                    .contains("too-many-patterns", "http.max-patterns-per-user");
            assertThat(second.request(1, subscribe + "'/c/*'")).contains("too-many-patterns");
            assertThat(fromElsewhere(testHub, "GET /a/*", alice)).startsWith("HTTP/1.1 200 ");
            assertThat(bob.request(1, subscribe + "'/c/*'")).contains("subscribed");

            // When there are more subscriptions, also after those that were rejected, Then they are rejected
            assertThat(second.request(2, subscribe + "'/d'")).contains("subscribed");
            assertThat(second.request(3, subscribe + "'/e'")).contains("subscribed");
            assertThat(second.request(4, subscribe + "'/f'"))
                    .contains("too-many-subscriptions", "http.max-subscriptions-per-user = 3");
            assertThat(bob.request(2, subscribe + "'/f'")).contains("subscribed");

            // When some end, Then there is room
            assertThat(second.request(5, "'type':'unsubscribe','subscription':'/d'"))
                    .contains("unsubscribed");
            stream.close();
            await().atMost(ExternalProcess.TIMEOUT)
                    .untilAsserted(() ->
                            assertThat(first.request(2, subscribe + "'/c/*'")).containsAnyOf("subscribed", "already"));
        }
    }

    @Test
    @DisplayName("H-273 the bodies that a user with a known token sends are limited together, from every address")
    void bodiesOfUser_areLimited() throws Exception {
        String head =
                "POST /x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: 1048576\r\n\r\n";
        String part = "x".repeat(1_048_575);
        try (TestHub testHub = TestHub.authenticated(
                        TimeSource.system(), ClientLimitsTest::authenticate, "http.max-body-memory-per-user = '1MiB'");
                RawHttpClient first = testHub.connect();
                RawHttpClient elsewhere = new RawHttpClient(testHub.port(), "127.0.0.2");
                RawHttpClient other = testHub.connect()) {
            assertThat(post(testHub, "alice").statusCode()).isEqualTo(200);
            assertThat(post(testHub, "bob").statusCode()).isEqualTo(200);

            // Given a body of the user that is being received
            first.send(head.formatted("alice").replace("Content-Length", "Expect: 100-continue\r\nContent-Length"));
            assertThat(first.head()).startsWith("HTTP/1.1 100 ");
            first.send(part);

            // When the same user sends another one, Then one of the two is rejected
            elsewhere.send(head.formatted("alice") + part);
            await().atMost(ExternalProcess.TIMEOUT).until(() -> first.hasInput() || elsewhere.hasInput());
            RawHttpClient rejected = first.hasInput() ? first : elsewhere;
            assertThat(rejected.response())
                    .startsWith("HTTP/1.1 429 ")
                    .contains("too-many-bodies", "http.max-body-memory-per-user = 1048576");

            // And others at this address are served, and so is the user with the other body
            other.send(head.formatted("bob") + part + "x");
            assertThat(other.response()).startsWith("HTTP/1.1 200 ");
            RawHttpClient accepted = rejected.equals(first) ? elsewhere : first;
            assertThat(accepted.send("x").response()).startsWith("HTTP/1.1 200 ");
        }
    }
}
