package dev.ginkgo.hub.http.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailingAuthenticatorTest {
    private volatile boolean failing;

    private final Authenticator authenticator = new Authenticator() {
        @Override
        public Optional<Principal> authenticate(Credentials credentials) {
            return Optional.of(Principal.of(credentials.token().orElseThrow(), Grant.ALL));
        }

        @Override
        public boolean isValid(Principal principal) {
            if (failing && principal.name().equals("alice")) {
                throw new IllegalStateException("a bug of the authenticator");
            }
            return true;
        }
    };

    @Test
    @DisplayName(
            "H-211 if the program's authenticator fails to check a principal, its streams end, and others are served")
    void failingCheck_endsTheStream() throws Exception {
        // Given
        FakeClock clock = new FakeClock();
        try (TestHub testHub = TestHub.authenticated(clock, authenticator, "http.heartbeat = '1h'");
                RawHttpClient alice = testHub.request("GET /x", "Authorization: Bearer alice");
                RawHttpClient dashboard = testHub.request(
                        "GET /-/dashboard/samples", "Authorization: Bearer alice", "X-Forwarded-For: 192.0.2.1");
                RawHttpClient bob = testHub.request("GET /x", "Authorization: Bearer bob")) {
            for (RawHttpClient each : new RawHttpClient[] {alice, dashboard, bob}) {
                assertThat(each.head()).startsWith("HTTP/1.1 200 ");
            }

            // When
            failing = true;
            clock.advance(Duration.ofSeconds(6));

            // Then
            assertThat(alice.readToEnd()).contains("\"reason\":\"token-revoked\"");
            dashboard.readToEnd();
            testHub.hub().publish("/x", "still served");
            bob.readTo("still served");
        }
    }

    @Test
    @DisplayName(
            "H-221 an authenticator of the program that blocks does not delay the removal of users from the users file")
    void blockedRefresh_doesNotKeepUsers(@TempDir Path folder) throws Exception {
        // Given an authenticator that waits for a source that does not respond
        CountDownLatch blocked = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        Authenticator waiting = new Authenticator() {
            @Override
            public Optional<Principal> authenticate(Credentials credentials) {
                return Optional.empty();
            }

            @Override
            public void refresh() throws InterruptedException {
                if (calls.incrementAndGet() > 1) { // the first call is a part of the start
                    blocked.countDown();
                    new CountDownLatch(1).await();
                }
            }
        };
        String hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"; // of "test"
        Path users =
                Files.writeString(folder.resolve("users.toml"), "[alice]\nsha256 = '" + hash + "'\npublish = ['/x']");
        try (TestHub testHub =
                TestHub.authenticated(TimeSource.system(), waiting, "auth.users-file = '" + users + "'")) {
            blocked.await();
            assertThat(publish(testHub)).startsWith("HTTP/1.1 200 ");

            // When
            Files.writeString(users, "[bob]\nsha256 = '" + "0".repeat(64) + "'");

            // Then
            await().untilAsserted(() -> assertThat(publish(testHub)).startsWith("HTTP/1.1 401 "));
        }
    }

    private static String publish(TestHub testHub) throws IOException {
        try (RawHttpClient client = testHub.request("POST /x", "Content-Length: 0", "Authorization: Bearer test")) {
            return client.response();
        }
    }
}
