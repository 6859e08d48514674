package dev.ginkgo.hub.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

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
}
