package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.NotReadyException;
import dev.ginkgo.lifecycle.State;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DegradedTest {
    private final TestService root = TestService.root();
    private final TestService client = root.child("client");

    @Test
    @DisplayName("L-16 degraded() changes state and readiness and makes awaitReady wait; ready() restores them without"
            + " a restart")
    void degradedIsShown_untilReady() {
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            // When
            client.markDegraded("connection lost");

            // Then
            assertThat(client.state()).isEqualTo(State.DEGRADED);
            assertThat(client.status().reason()).isEqualTo("connection lost");
            assertThat(ginkgo.status().notReady()).containsExactly("test-service/client: DEGRADED, connection lost");
            BackgroundThread waiter = BackgroundThread.run(() -> client.awaitReady(Duration.ofMinutes(1)));
            await().until(waiter::isParked);
            client.markDegraded("still gone");
            assertThat(client.status().reason()).isEqualTo("still gone");
            assertThat(waiter.isDone()).isFalse();

            // When
            client.markReady();

            // Then
            assertThat(waiter.awaitThrown()).isNull();
            assertThat(client.state()).isEqualTo(State.READY);
            assertThat(client.status().reason()).isEmpty();
            assertThat(client.status().restarts()).isZero();
            assertThat(ginkgo.status().ready()).isTrue();
            assertThat(root.events).containsExactly("client onStart", "root onStart");
        }
    }

    @Test
    @DisplayName("L-23 a degraded child does not change its parent's state, but the tree is not ready and names the"
            + " child")
    void degradedChildMakesTheTreeNotReady() {
        client.whenStarting(self -> self.markDegraded("waiting for 10.0.0.1:4440"));
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            assertThat(root.state()).isEqualTo(State.READY);
            assertThat(ginkgo.status().ready()).isFalse();
            assertThat(ginkgo.status().notReady())
                    .containsExactly("test-service/client: DEGRADED, waiting for 10.0.0.1:4440");

            client.stop();
            assertThat(ginkgo.status().ready())
                    .as("a stopped child does not affect readiness")
                    .isTrue();
        }
    }

    @Test
    @DisplayName("L-17 awaitReady that times out names path, state, reason and last error")
    void awaitReadyThrows_afterItsTimeout() {
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            client.markDegraded("no route");

            NotReadyException thrown =
                    catchThrowableOfType(NotReadyException.class, () -> client.awaitReady(Duration.ofMillis(20)));

            assertThat(thrown)
                    .hasMessage("test-service/client is DEGRADED (no route), and was not ready within 20 ms")
                    .hasNoCause();
            assertThat(thrown.path()).isEqualTo("test-service/client");
            assertThat(thrown.state()).isEqualTo(State.DEGRADED);
            assertThat(ginkgo.status().state()).isEqualTo(State.READY);
        }
    }

    @Test
    @DisplayName("L-18 a thread that waits for a service that fails wakes immediately, with the cause")
    void awaitReadyThrows_whenTheServiceFails() throws InterruptedException {
        IOException cause = new IOException("disk full");
        client.whenStarting(self -> self.markDegraded("opening"));
        Ginkgo ginkgo = Ginkgo.start(root);
        BackgroundThread waiter = BackgroundThread.run(() -> client.awaitReady(Duration.ofMinutes(1)));
        await().until(waiter::isParked);

        client.task("write", () -> {
            throw cause;
        });

        assertThat(waiter.awaitThrown())
                .isInstanceOf(NotReadyException.class)
                .hasMessage("test-service/client is FAILED (disk full), permanently")
                .hasCause(cause);
        ginkgo.awaitStopped();
        assertThatThrownBy(() -> client.awaitReady(Duration.ofMinutes(1))).hasCause(cause);
    }

    @Test
    @DisplayName("L-18 a thread that waits for a service whose start fails wakes immediately, with the cause")
    void awaitReadyThrows_whenTheStartFails() {
        client.whenStarting(self -> {
            throw new IOException("disk full");
        });
        BackgroundThread waiter = BackgroundThread.run(() -> client.awaitReady(Duration.ofMinutes(1)));
        await().until(waiter::isParked);

        assertThatThrownBy(root::start).hasMessage("test-service/client did not start: disk full");

        assertThat(waiter.awaitThrown()).isInstanceOf(NotReadyException.class).hasRootCauseMessage("disk full");
    }

    @Test
    @DisplayName("L-18 awaitStopped returns if the tree never started because its configuration was rejected")
    void awaitStoppedReturns_whenTheConfigurationIsRejected() throws InterruptedException {
        assertThatThrownBy(() -> Ginkgo.start(root, "no-such-key = 1"))
                .isInstanceOf(dev.ginkgo.config.ConfigException.class);

        assertThat(BackgroundThread.run(root::awaitStopped).awaitThrown()).isNull();
        root.start();
        root.stop();
    }
}
