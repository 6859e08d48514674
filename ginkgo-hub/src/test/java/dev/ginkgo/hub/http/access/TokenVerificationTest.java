package dev.ginkgo.hub.http.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.testing.RawHttp2Client;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Requests with a token that the hub does not know yet: their access is decided after the request is complete. */
class TokenVerificationTest {
    private static final String ROOM = "authorization=Bearer room";
    private static final String SLOW = "authorization=Bearer slow";
    private static final String WRONG = "authorization=Bearer wrong";

    private final FakeClock clock = new FakeClock();
    private final AtomicInteger verifications = new AtomicInteger();
    private final CountDownLatch slowMayContinue = new CountDownLatch(1);

    private Optional<Principal> authenticate(Credentials credentials) throws InterruptedException {
        verifications.incrementAndGet();
        Grant grant = Grant.of(List.of("/room/>"), List.of("/room/>"), false);
        return switch (credentials.token().orElseThrow()) {
            case "room" -> Optional.of(Principal.of("room", grant));
            case "slow" -> {
                slowMayContinue.await();
                yield Optional.of(Principal.of("slow", grant));
            }
            case "short" ->
                Optional.of(
                        new Principal("short", grant, Optional.of(clock.now().plus(Duration.ofMinutes(1))), ""));
            default -> Optional.empty();
        };
    }

    @Test
    @DisplayName(
            "H-190 over HTTP/2 a stream waits for the verification of its token, others of the connection are served: 200,"
                    + " 401, 403")
    void http2Streams_areVerifiedIndependently() throws Exception {
        try (TestHub testHub = TestHub.authenticated(TimeSource.system(), this::authenticate);
                RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            try {
                // Given two streams whose token is being verified, one of which the client resets
                client.get(1, "/room/7", SLOW).get(3, "/room/7", SLOW).flush();
                await().until(() -> verifications.get() == 2);
                client.reset(3);

                // When others send their requests
                client.post(5, "/room/8", "first", ROOM)
                        .post(7, "/hall", "x", ROOM)
                        .get(9, "/hall", ROOM)
                        .post(11, "/room/7", "x", WRONG)
                        .get(13, "/room/7", WRONG)
                        .get(15, "/room/7")
                        .flush();

                // Then they get their responses
                assertThat(client.status(5)).isEqualTo(200);
                assertThat(client.readTo(5, "\"receivers\"")).contains("/room/8");
                assertThat(client.status(7)).isEqualTo(403);
                assertThat(client.status(9)).isEqualTo(403);
                assertThat(client.head(9).get("www-authenticate").toString()).contains("scope=\"subscribe\"");
                assertThat(client.status(11)).isEqualTo(401);
                assertThat(client.status(13)).isEqualTo(401);
                client.readTo(13, "invalid-token");
                assertThat(client.status(15)).isEqualTo(401);
                client.readTo(15, "unauthenticated");
                assertThat(testHub.hub().stats().subscribers()).isZero();
            } finally {
                slowMayContinue.countDown();
            }

            // When the token has been verified, Then the open stream receives messages
            assertThat(client.status(1)).isEqualTo(200);
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            testHub.hub().publish("/room/7", "second");
            assertThat(client.readTo(1, "second\n")).isEqualTo("second\n");

            // And a token that is known now is not verified again
            int before = verifications.get();
            client.post(17, "/room/7", "third", SLOW).flush();
            assertThat(client.status(17)).isEqualTo(200);
            client.readTo(1, "third\n");
            assertThat(verifications).hasValue(before);
            assertThat(HubAccess.http(testHub.hub()).connectionCount()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("H-190 a stream of HTTP/2 ends with bye when its token expires; its connection stays")
    void http2Stream_endsAtExpiry() throws Exception {
        try (TestHub testHub = TestHub.authenticated(clock, this::authenticate, "http.heartbeat = '1h'");
                RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            client.get(1, "/room/7", "authorization=Bearer short")
                    .get(3, "/room/7", ROOM)
                    .flush();
            await().until(() -> testHub.hub().stats().subscribers() == 2);

            // When
            clock.advance(Duration.ofSeconds(61));

            // Then
            client.readTo(1, "\"reason\":\"token-expired\"");
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            testHub.hub().publish("/room/7", "after");
            assertThat(client.readTo(3, "after\n")).isEqualTo("after\n");
        }
    }

    @Test
    @DisplayName(
            "H-191 a request that is rejected after the verification of its token closes its connection if it must")
    void rejectionAfterVerification_closesTheConnection() throws Exception {
        String request = "\r\nHost: localhost\r\nConnection: keep-alive\r\nAuthorization: Bearer ";
        try (TestHub testHub = TestHub.authenticated(TimeSource.system(), this::authenticate);
                RawHttpClient client = testHub.connect()) {
            // When the connection can be used further, Then it stays open
            client.send("GET /room/7 HTTP/1.1" + request + "wrong\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 401 ");

            // When a stream is requested by HTTP/1.0, Then the connection is closed
            client.send("GET /room/7 HTTP/1.0" + request + "room\r\n\r\n");
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 505 ")
                    .containsIgnoringCase("\r\nconnection: close\r\n");
            assertThat(verifications).hasValue(2);
        }
    }

    @Test
    @DisplayName("H-196 a GET with credentials that are not valid is a 401, whatever else is wrong with it")
    void invalidToken_isReportedFirst() throws Exception {
        List<String> wrong =
                List.of("/a//b", "/room/7?as=unknown", "/-/nothing", "/-/page/none", "/-/connections?limit=x");
        try (TestHub testHub = TestHub.authenticated(TimeSource.system(), this::authenticate);
                RawHttp2Client client = new RawHttp2Client(testHub.port())) {
            int stream = 1;
            for (String path : wrong) {
                assertThat(client.get(stream, path, WRONG).flush().status(stream))
                        .as(path)
                        .isEqualTo(401);
                stream += 2;
            }
            // When the token is valid, Then the other mistake is reported: also by the request that verifies it
            for (String path : wrong) {
                assertThat(client.get(stream, path, ROOM).flush().status(stream))
                        .as(path)
                        .isIn(400, 404);
                stream += 2;
            }
        }
    }
}
