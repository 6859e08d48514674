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

class SlowBodyTest {
    private static final String HEAD = "POST /x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer token\r\n";

    private final FakeClock clock = new FakeClock();
    private volatile boolean revoked;

    private final Authenticator authenticator = new Authenticator() {
        @Override
        public Optional<Principal> authenticate(Credentials credentials) {
            return Optional.of(
                    new Principal("alice", Grant.ALL, Optional.of(clock.now().plus(Duration.ofSeconds(5))), ""));
        }

        @Override
        public boolean isValid(Principal principal) {
            return !revoked;
        }
    };

    private static void begin(RawHttpClient client) throws Exception {
        client.send(HEAD + "Content-Length: 0\r\n\r\n");
        assertThat(client.response()).startsWith("HTTP/1.1 200 "); // the token is known now
        client.send(HEAD + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
        assertThat(client.head()).startsWith("HTTP/1.1 100 ");
        client.send("h");
    }

    @Test
    @DisplayName("H-274 a message whose token is revoked or expires while it is being received is a 401, not published")
    void revocationBeforeTheEnd_isNoticed() throws Exception {
        try (TestHub testHub = TestHub.authenticated(clock, authenticator);
                RawHttpClient late = testHub.connect();
                RawHttpClient client = testHub.connect()) {
            begin(late);

            // When the token expires before the body is complete
            clock.advance(Duration.ofSeconds(6));

            // Then
            assertThat(late.send("i").response()).startsWith("HTTP/1.1 401 ").contains("\"claim\":\"exp\"");

            // When it is revoked
            begin(client);
            revoked = true;

            // Then
            assertThat(client.send("i").response())
                    .startsWith("HTTP/1.1 401 ")
                    .contains("\"claim\":\"token\"", "error=\"invalid_token\"");
            assertThat(testHub.hub().stats().published()).isEqualTo(2);
        }
    }
}
