package dev.ginkgo.hub.http.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.testing.ClientGroup;
import dev.ginkgo.hub.testing.RawHttp2Client;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Authenticators of the program that do not return. */
class BlockedAuthenticatorTest {
    private static final String BLOCKED = "\"code\":\"authenticator-unavailable\"";

    private final AtomicInteger calls = new AtomicInteger();

    private static String publish(TestHub testHub, String token) throws IOException {
        try (RawHttpClient client = request(testHub, token)) {
            return client.response();
        }
    }

    private static RawHttpClient request(TestHub testHub, String token) throws IOException {
        return testHub.request("POST /x", "Content-Length: 0", "Authorization: Bearer " + token);
    }

    /** Waits for a server that does not respond, and does not react to an interrupt. */
    private final class Stuck implements Authenticator {
        private final Semaphore responses = new Semaphore(0);

        @Override
        public Optional<Principal> authenticate(Credentials credentials) {
            calls.incrementAndGet();
            responses.acquireUninterruptibly();
            return credentials.token().map(token -> Principal.of(token, Grant.ALL));
        }

        @Override
        public String name() {
            return "sessions-of-the-shop";
        }
    }

    @Test
    @DisplayName(
            "H-267 requests that an authenticator does not verify in time get a 503 with its name; it uses a limited number"
                    + " of threads, users of the users file are served, and when it returns, so are the others")
    void stuckAuthenticator_usesFewThreads(@TempDir Path folder) throws Exception {
        String hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"; // of "test"
        Path users =
                Files.writeString(folder.resolve("users.toml"), "[alice]\nsha256 = '" + hash + "'\npublish = ['/x']");
        Stuck stuck = new Stuck();
        try (TestHub testHub = TestHub.authenticated(
                TimeSource.system(),
                stuck,
                "auth.users-file = '" + users + "'",
                "auth.authenticator-timeout = '200ms'",
                "auth.authenticator-max-calls = 2")) {
            try {
                for (int round = 0; round < 2; round++) {
                    // When more requests arrive than it verifies at the same time
                    try (ClientGroup clients = ClientGroup.of(5, i -> request(testHub, "token-" + i))) {
                        assertThat(publish(testHub, "test")).startsWith("HTTP/1.1 200 ");
                        // Then
                        for (RawHttpClient each : clients) {
                            assertThat(each.response())
                                    .startsWith("HTTP/1.1 503 ")
                                    .contains(BLOCKED, "\"claim\":\"authenticator\"", "sessions-of-the-shop")
                                    .contains("Retry-After: 5");
                        }
                    }
                    assertThat(calls).hasValue(2);
                }
            } finally {
                stuck.responses.release(1_000);
            }
            // When its server responds again
            await().untilAsserted(() -> assertThat(publish(testHub, "bob")).startsWith("HTTP/1.1 200 "));
        }
    }

    @Test
    @DisplayName("H-267 a call that takes too long is interrupted, and the next request is verified in its place")
    void lateCall_isInterrupted() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Authenticator authenticator = credentials -> {
            calls.incrementAndGet();
            if (credentials.token().orElseThrow().equals("slow")) {
                never.await();
            }
            return credentials.token().map(token -> Principal.of(token, Grant.ALL));
        };
        try (TestHub testHub = TestHub.authenticated(
                TimeSource.system(),
                authenticator,
                "auth.authenticator-timeout = '300ms'",
                "auth.authenticator-max-calls = 1")) {
            assertThat(publish(testHub, "slow"))
                    .startsWith("HTTP/1.1 503 ")
                    .contains(BLOCKED, "authenticator BlockedAuthenticatorTest has not returned");
            await().untilAsserted(() -> assertThat(publish(testHub, "fast")).startsWith("HTTP/1.1 200 "));
            assertThat(publish(testHub, "slow")).startsWith("HTTP/1.1 503 ");
        }
    }

    @Test
    @DisplayName(
            "H-282 the verification for a stream that the client resets ends, and others are verified in its place")
    void reset_endsTheVerification() throws Exception {
        Semaphore called = new Semaphore(0);
        Semaphore interrupted = new Semaphore(0);
        Authenticator authenticator = credentials -> {
            if (credentials.token().orElseThrow().startsWith("slow")) {
                called.release();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.release();
                    throw e;
                }
            }
            return credentials.token().map(token -> Principal.of(token, Grant.ALL));
        };
        try (TestHub testHub = TestHub.authenticated(
                        TimeSource.system(),
                        authenticator,
                        "auth.authenticator-timeout = '1h'",
                        "auth.authenticator-max-calls = 1");
                RawHttp2Client http2 = new RawHttp2Client(testHub.port())) {
            // Given a stream whose credentials are being verified, and two that wait for that
            http2.get(1, "/x", "authorization=Bearer slow").flush();
            assertThat(called.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            http2.get(3, "/x", "authorization=Bearer slow-too")
                    .get(5, "/x", "authorization=Bearer fast")
                    .flush();

            // When the client resets the first two
            http2.reset(3).reset(1).flush();

            // Then
            assertThat(interrupted.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            assertThat(http2.status(5)).isEqualTo(200);
            assertThat(publish(testHub, "bob")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    @DisplayName("H-267 when the hub stops, the requests that an authenticator is verifying get a 503")
    void stop_endsCalls() throws Exception {
        Semaphore called = new Semaphore(0);
        try (TestHub testHub = TestHub.authenticated(TimeSource.system(), _ -> {
                    called.release();
                    new CountDownLatch(1).await();
                    return Optional.empty();
                });
                RawHttpClient client = request(testHub, "token")) {
            called.acquire();

            // When
            testHub.tree().ginkgo().stop();

            // Then
            assertThat(client.readToEnd()).matches(response -> response.isEmpty() || response.contains(" 503 "));
        }
    }
}
