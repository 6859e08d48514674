package dev.ginkgo.hub.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BoundedAuthenticatorTest {
    @Test
    @DisplayName("H-362 a call for which no thread can be created does not count as running")
    void callWithoutThread_isNotCounted() throws Exception {
        // Given one call at a time, and no memory for its thread
        AtomicBoolean noMemory = new AtomicBoolean(true);
        BoundedAuthenticator authenticator = new BoundedAuthenticator(
                credentials -> credentials.token().map(token -> Principal.of(token, Grant.ALL)),
                task -> {
                    if (noMemory.getAndSet(false)) {
                        throw new OutOfMemoryError("planned");
                    }
                    Thread.startVirtualThread(task);
                },
                () -> Duration.ofSeconds(60),
                () -> 1,
                TimeSource.system());
        assertThatThrownBy(() -> authenticator.authenticate(Credentials.ofToken("first")))
                .isInstanceOf(OutOfMemoryError.class);

        // When there is memory again
        assertThat(authenticator.running()).isZero();
        Optional<Principal> second = authenticator.authenticate(Credentials.ofToken("second"));

        // Then
        assertThat(second).map(Principal::name).contains("second");
    }
}
