package dev.ginkgo.behaviour.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PeriodicTaskTest {
    private final FakeClock clock = new FakeClock();
    private final TestService root = TestService.root();
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    @DisplayName("every() with a fixed period runs its body once per period, for the first time after one period")
    void runsOncePerPeriod() {
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            tree.root().taskEvery("again", Duration.ofSeconds(4), runs::incrementAndGet);
            clock.advance(Duration.ofMillis(3_999));
            assertThat(runs).hasValue(0);
            clock.advance(Duration.ofMillis(1));
            assertThat(runs).hasValue(1);
            clock.advance(Duration.ofSeconds(12));
            assertThat(runs).hasValue(4);
        }
        assertThat(runs).as("after the stop").hasValue(4);
    }

    @Test
    @DisplayName("every() fails the service if its period is not positive")
    void failsTheService_whenThePeriodIsNotPositive() throws InterruptedException {
        root.start();
        root.taskEvery("again", Duration.ZERO, runs::incrementAndGet);
        root.awaitStopped();
        assertThat(root.status().failure().orElseThrow()).hasMessageContaining("the period is PT0S");
        assertThat(runs).hasValue(0);
    }
}
