package dev.ginkgo.hub.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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

    @Test
    @DisplayName("H-398 if no thread can be created for a call that has waited, the next one is started in its place")
    void callAfterOneWithoutThread_isStarted() throws Exception {
        // Given one call at a time, and no memory for the thread of the second
        CountDownLatch verified = new CountDownLatch(1);
        AtomicInteger started = new AtomicInteger();
        BoundedAuthenticator authenticator = new BoundedAuthenticator(
                credentials -> {
                    verified.await();
                    return credentials.token().map(token -> Principal.of(token, Grant.ALL));
                },
                task -> {
                    if (started.incrementAndGet() == 2) {
                        throw new OutOfMemoryError("planned");
                    }
                    Thread.startVirtualThread(task);
                },
                () -> Duration.ofSeconds(20),
                () -> 1,
                TimeSource.system());
        List<FutureTask<Optional<Principal>>> calls = new ArrayList<>();
        for (String token : List.of("first", "second", "third")) {
            FutureTask<Optional<Principal>> call =
                    new FutureTask<>(() -> authenticator.authenticate(Credentials.ofToken(token)));
            calls.add(call);
            Thread caller = Thread.ofVirtual().start(call);
            await().until(() -> caller.getState() == Thread.State.TIMED_WAITING);
        }

        // When the first one ends
        verified.countDown();

        // Then
        assertThat(calls.get(0).get()).map(Principal::name).contains("first");
        assertThatThrownBy(() -> calls.get(1).get()).hasCauseInstanceOf(InterruptedException.class);
        assertThat(calls.get(2).get()).map(Principal::name).contains("third");
    }
}
