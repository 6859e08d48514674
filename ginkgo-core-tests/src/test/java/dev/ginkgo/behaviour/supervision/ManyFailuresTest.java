package dev.ginkgo.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Supervision;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ManyFailuresTest {
    private static final int CHILDREN = 300;

    /** Counts how often waiting threads are woken. */
    private static final class CountingTime implements TimeSource {
        private final TimeSource system = TimeSource.system();
        private final AtomicInteger wakeUps = new AtomicInteger();

        @Override
        public Instant now() {
            return system.now();
        }

        @Override
        public long nanos() {
            return system.nanos();
        }

        @Override
        public void park(long deadline) {
            system.park(deadline);
        }

        @Override
        public void unpark(Thread thread) {
            wakeUps.incrementAndGet();
            system.unpark(thread);
        }
    }

    @Test
    @DisplayName("S-30 children that fail at the same time and wait for their restart do not wake each other")
    void waitingRestartsDoNotWakeEachOther() {
        // Given many children that wait for a long backoff after a failure
        CountingTime time = new CountingTime();
        TestService root = new TestService("root");
        List<TestService> children = new ArrayList<>();
        for (int i = 0; i < CHILDREN; i++) {
            children.add(root.child(
                    "n-" + i,
                    new TestService("n"),
                    Supervision.restart().backoff(Duration.ofHours(1), Duration.ofHours(1))));
        }
        try (Ginkgo tree = Ginkgo.of(root).time(time).start()) {
            // When all of them fail
            time.wakeUps.set(0);
            children.forEach(child -> child.failingTask("no database"));
            await().until(() -> tree.status().children().stream()
                    .allMatch(child -> child.nextRestartIn().isPresent()));

            // Then the number of wake-ups is in proportion to that of the children, not to its square
            assertThat(time.wakeUps).hasValueLessThan(4 * CHILDREN);
        }
    }

    @Test
    @DisplayName(
            "S-31 a restart that the group restart of a sibling takes over does not go on waiting for its own backoff")
    void replacedRestartEnds() {
        // Given a child that waits for a long backoff
        FakeClock clock = new FakeClock();
        TestService root = new TestService("root");
        TestService alone = root.child(
                "alone",
                new TestService("alone"),
                Supervision.restart().backoff(Duration.ofHours(1), Duration.ofHours(1)));
        TestService group = root.child(
                "group",
                new TestService("group"),
                Supervision.restartAll().backoff(Duration.ofMillis(100), Duration.ofMillis(100)));
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            alone.failingTask("no database");
            clock.awaitIdle();

            // When a sibling fails whose supervision restarts both
            group.failingTask("no cache");
            clock.awaitIdle();
            clock.advance(Duration.ofMillis(125));

            // Then both run, and no task waits for the first backoff
            assertThat(List.of(alone.state(), group.state())).containsOnly(State.READY);
            assertThat(tree.ginkgo().tasks()).extracting(TaskInfo::name).doesNotContain("supervise");
        }
    }

    @Test
    @DisplayName("S-32 if a new object that a supplier returned does not start, the supplier is asked for another one")
    void replacementIsReplaced_whenItDoesNotStart() {
        // Given a supplier whose first object does not start
        AtomicInteger created = new AtomicInteger();
        TestService root = new TestService("root");
        TestService first = root.child(
                "n",
                new TestService("n"),
                Supervision.restart(() -> {
                            int number = created.incrementAndGet();
                            return new TestService("n").whenStarting(_ -> {
                                if (number == 1) {
                                    throw new IllegalStateException("no database");
                                }
                            });
                        })
                        .backoff(Duration.ofMillis(1), Duration.ofMillis(1)));
        try (Ginkgo tree = Ginkgo.start(root)) {
            // When
            first.failingTask("lost");

            // Then the second object runs
            await().until(() ->
                    created.get() == 2 && tree.status().children().getFirst().state() == State.READY);
        }
    }
}
