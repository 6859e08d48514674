package dev.ginkgo.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Supervision;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopRacesRestartTest {

    @Test
    @Timeout(60)
    @DisplayName("L-08 L-13 a child that is stopped or removed at any moment of its restarts stays stopped")
    void childStaysStopped_whenStoppedDuringARestart() {
        TestService root = TestService.root();
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            for (int round = 0; round < 500; round++) {
                TestService flaky = root.detached("flaky")
                        .whenStarting(self -> self.task("fail", () -> {
                            self.awaitReady(Duration.ofSeconds(10));
                            throw new IOException("again");
                        }));
                root.child(
                        "flaky",
                        flaky,
                        Supervision.restart()
                                .backoff(Duration.ZERO, Duration.ofNanos(1))
                                .atMost(1_000_000, Duration.ofMinutes(1)));
                long until = dev.ginkgo.time.TimeSource.system().nanos()
                        + ThreadLocalRandom.current().nextLong(500_000);
                while (dev.ginkgo.time.TimeSource.system().nanos() < until) {
                    Thread.onSpinWait();
                }

                if (round % 2 == 0) {
                    flaky.stop();
                } else {
                    root.removeChild(flaky);
                }

                int starts = root.events.size();
                assertThat(flaky.state()).isIn(State.STOPPED, State.FAILED);
                assertThat(flaky.status().tasks()).isZero();
                assertThat(root.events).hasSize(starts);
                if (round % 2 == 0) {
                    root.removeChild(flaky);
                }
                root.events.clear();
            }
            assertThat(ginkgo.status().state()).isEqualTo(State.READY);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("L-12 L-13 a child that is stopped or removed while its replacement is being created is not replaced")
    void childIsNotReplaced_whenStoppedDuringTheRestart(boolean remove) throws InterruptedException {
        // Given a failed child whose replacement is being created
        CountDownLatch creating = new CountDownLatch(1);
        CountDownLatch proceed = new CountDownLatch(1);
        TestService root = TestService.root();
        TestService replacement = root.detached("replacement");
        TestService flaky = root.detached("flaky")
                .whenStarting(self -> self.task("fail", () -> {
                    self.awaitReady(Duration.ofSeconds(10));
                    throw new IOException("lost");
                }));
        root.child(
                "flaky",
                flaky,
                Supervision.restart(() -> {
                            creating.countDown();
                            try {
                                proceed.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return replacement;
                        })
                        .backoff(Duration.ZERO, Duration.ofNanos(1)));
        Ginkgo ginkgo = Ginkgo.start(root);
        creating.await();

        // When
        if (remove) {
            root.removeChild(flaky);
        } else {
            flaky.stop();
        }
        proceed.countDown();

        // Then
        await().until(() -> ginkgo.tasks().isEmpty());
        assertThat(replacement.state()).isEqualTo(State.NEW);
        assertThat(root.state()).isEqualTo(State.READY);
        assertThat(root.status().children()).hasSize(remove ? 0 : 1);
        root.stop();
    }
}
