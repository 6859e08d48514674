package dev.ginkgo.behaviour.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class StopInterruptsTasksTest {

    @Test
    @DisplayName("T-01 a stop interrupts all tasks before it joins the first one")
    void interruptsAllTasks_beforeJoining() {
        // Given tasks that end only when all of them have been interrupted
        int n = 100;
        TestService root = new TestService("root");
        CountDownLatch interrupted = new CountDownLatch(n);
        AtomicInteger ended = new AtomicInteger();
        Ginkgo ginkgo = Ginkgo.start(root);
        for (int i = 0; i < n; i++) {
            root.task("t" + i, () -> {
                try {
                    root.blockForever();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    if (interrupted.await(10, TimeUnit.SECONDS)) {
                        ended.incrementAndGet();
                    }
                }
            });
        }
        assertThat(root.status().tasks()).isEqualTo(n);

        // When
        long startedAt = System.nanoTime();
        ginkgo.stop();

        // Then all have ended, and there was no fixed delay
        assertThat(ended).hasValue(n);
        assertThat(Duration.ofNanos(System.nanoTime() - startedAt)).isLessThan(Duration.ofSeconds(5));
        assertThat(root.status().state()).isEqualTo(State.STOPPED);
        assertThat(root.status().tasks()).isZero();
    }

    @Test
    @DisplayName("T-06 delayed and periodic bodies never run after a stop, and the stop does not wait for them")
    void delayedBodiesDoNotRun_afterAStop() {
        // Given
        FakeClock clock = new FakeClock();
        TestService root = new TestService("root");
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger runs = new AtomicInteger();
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            root.taskLater("once", Duration.ofSeconds(10), ran::incrementAndGet);
            root.taskEvery("again", () -> Duration.ofSeconds(4), runs::incrementAndGet);

            // When it stops before the delay of the one and between two runs of the other
            clock.advance(Duration.ofSeconds(9));
            assertThat(runs).hasValue(2);
            long startedAt = System.nanoTime();
            tree.ginkgo().stop();
            assertThat(Duration.ofNanos(System.nanoTime() - startedAt)).isLessThan(Duration.ofSeconds(2));
        }

        // Then
        clock.advance(Duration.ofMinutes(1));
        assertThat(ran).hasValue(0);
        assertThat(runs).hasValue(2);
    }

    @Test
    @DisplayName("T-06 spawnLater runs once after its delay; every() asks for its period before each run")
    void delayedBodiesRunOnTime() {
        FakeClock clock = new FakeClock();
        TestService root = new TestService("root");
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger runs = new AtomicInteger();
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            root.taskLater("once", Duration.ofSeconds(10), ran::incrementAndGet);
            root.taskEvery("again", () -> Duration.ofSeconds(runs.get() + 1), runs::incrementAndGet);

            clock.advance(Duration.ofMillis(9_999));
            assertThat(ran).hasValue(0);
            assertThat(runs).hasValue(3); // after 1, 1 + 2 and 1 + 2 + 3 seconds
            clock.advance(Duration.ofMillis(1));
            assertThat(ran).hasValue(1);
            assertThat(runs).hasValue(4);
            clock.advance(Duration.ofHours(1));
            assertThat(ran).hasValue(1);
            assertThat(tree.root().status().tasks()).isEqualTo(1);
        }
    }
}
