package dev.ginkgo.hub.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.testing.SocketClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** WebSockets of clients that may not do everything. */
class SocketAccessTest {
    private final FakeClock clock = new FakeClock();

    private Optional<Principal> authenticate() {
        Grant grant = Grant.of(List.of("/open/>"), List.of("/open/>"), false);
        return Optional.of(new Principal("alice", grant, Optional.of(clock.now().plus(Duration.ofMinutes(1))), ""));
    }

    @Test
    @DisplayName(
            "H-176 each subscription and each publish over a WebSocket needs the grant, before anything else happens")
    void requests_needTheGrant() {
        try (TestHub testHub = TestHub.authenticated(clock, _ -> authenticate());
                SocketClient client = SocketClient.connect(testHub.hub(), "alice")) {
            assertThat(client.request(1, "'type':'subscribe','channels':'/open/*'"))
                    .contains("subscribed");
            assertThat(client.request(2, "'type':'publish','channel':'/open/a','data':'1'"))
                    .contains("published");
            assertThat(client.request(3, "'type':'subscribe','channels':'/hidden,/secret'"))
                    .contains("\"status\":403", "\"code\":\"forbidden\"");
            assertThat(client.request(4, "'type':'publish','channel':'/secret','data':'1'"))
                    .contains("\"status\":403");
            assertThat(testHub.hub().stats().published()).isEqualTo(1);
            assertThat(testHub.hub().stats().subscribers()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName(
            "H-269 a list over a WebSocket with a name that is invalid or not granted is subscribed to without it, and the"
                    + " response says which and why")
    void refusedNames_areReported() {
        try (TestHub testHub = TestHub.authenticated(clock, _ -> authenticate());
                SocketClient client = SocketClient.connect(testHub.hub(), "alice")) {
            // When
            String response = client.request(1, "'type':'subscribe','channels':'/open/a,/secret,/b*,/open/b'");

            // Then
            assertThat(response)
                    .contains("\"type\":\"subscribed\"", "\"subscription\":\"/open/a,/open/b\"")
                    .contains("\"refused\":[{\"channel\":\"/b*\",\"code\":\"bad-channel\",\"detail\":\"")
                    .contains("{\"channel\":\"/secret\",\"code\":\"forbidden\",\"detail\":\"");
            testHub.hub().publish("/open/b", "granted");
            testHub.hub().publish("/secret", "hidden");
            await().untilAsserted(() -> assertThat(client.received().getLast())
                    .contains("'subscription':'/open/a,/open/b'", "'data':'granted'"));
            assertThat(client.request(2, "'type':'subscribe','channels':'/open/a,/open/b'"))
                    .contains("bad-parameter", "has a subscription /open/a,/open/b already");
            assertThat(client.request(3, "'type':'unsubscribe','subscription':'/open/a,/open/b'"))
                    .contains("unsubscribed");
            assertThat(client.received().toString()).doesNotContain("hidden");
        }
    }

    @Test
    @DisplayName("H-212 a WebSocket whose token is revoked may neither publish nor subscribe, also before it ends")
    void revokedClient_mayDoNothing() {
        AtomicBoolean revoked = new AtomicBoolean();
        Authenticator authenticator = new Authenticator() {
            @Override
            public Optional<Principal> authenticate(Credentials credentials) {
                return SocketAccessTest.this.authenticate();
            }

            @Override
            public boolean isValid(Principal principal) {
                return !revoked.get();
            }
        };
        try (TestHub testHub = TestHub.authenticated(clock, authenticator);
                SocketClient client = SocketClient.connect(testHub.hub(), "alice")) {
            assertThat(client.request(1, "'type':'publish','channel':'/open/a','data':'1'"))
                    .contains("published");

            // When the token is revoked, and the hub has not ended the WebSocket yet, because the clock stands still
            revoked.set(true);

            // Then
            assertThat(client.request(2, "'type':'publish','channel':'/open/a','data':'2'"))
                    .contains("\"status\":401", "invalid-token");
            assertThat(client.request(3, "'type':'subscribe','channels':'/open/a','since':'all'"))
                    .contains("\"status\":401", "invalid-token");
            assertThat(testHub.hub().stats().published()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName(
            "H-184 a WebSocket ends when the token expires with which it was opened, with or without subscriptions")
    void expiry_endsTheWebSocket() {
        try (TestHub testHub = TestHub.authenticated(clock, _ -> authenticate());
                SocketClient idle = SocketClient.connect(testHub.hub(), "alice");
                SocketClient subscriber = SocketClient.connect(testHub.hub(), "alice")) {
            subscriber.request(1, "'type':'subscribe','channels':'/open/a'");

            // When
            clock.advance(Duration.ofMinutes(2));

            // Then
            for (SocketClient each : List.of(idle, subscriber)) {
                await().untilAsserted(
                                () -> assertThat(each.received().getLast()).contains("bye", "token-expired"));
            }
        }
    }
}
