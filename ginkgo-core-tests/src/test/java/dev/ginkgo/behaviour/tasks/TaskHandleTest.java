package dev.ginkgo.behaviour.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.behaviour.LogCapture;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.TaskHandle;
import dev.ginkgo.lifecycle.TaskType;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TaskHandleTest {
    private final TestService root = TestService.root();

    @ParameterizedTest
    @EnumSource(TaskType.class)
    @DisplayName("T-30 a cancelled task is interrupted, and what escapes it does not fail its service")
    void cancelEndsTheTask_andTheServiceKeepsRunning(TaskType type) throws Exception {
        try (LogCapture log = LogCapture.of(TestService.class);
                Ginkgo ginkgo = Ginkgo.start(root)) {
            // Given a task that converts its interrupt to another exception
            CountDownLatch running = new CountDownLatch(1);
            TaskHandle handle = root.task("work", type, () -> {
                running.countDown();
                try {
                    root.blockForever();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("wrapped", e);
                }
            });
            running.await();
            assertThat(handle.isRunning()).isTrue();
            assertThat(handle.failure()).isEmpty();

            // When
            handle.cancel();
            handle.join();
            handle.cancel();

            // Then
            assertThat(handle.isRunning()).isFalse();
            assertThat(handle.failure()).get().extracting(Throwable::getMessage).isEqualTo("wrapped");
            assertThat(ginkgo.root().status().state()).isEqualTo(State.READY);
            assertThat(ginkgo.root().status().tasks()).isZero();
            assertThat(log.at(Level.WARN)).isEmpty();
            assertThat(log.at(Level.ERROR)).isEmpty();
        }
    }

    @Test
    @DisplayName("T-30 a delayed and a periodic task can be cancelled")
    void cancelsDelayedAndPeriodicTasks() throws Exception {
        FakeClock clock = new FakeClock();
        AtomicInteger runs = new AtomicInteger();
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            TaskHandle later = root.taskLater("later", Duration.ofSeconds(1), runs::incrementAndGet);
            TaskHandle again = root.taskEvery("again", Duration.ofSeconds(1), runs::incrementAndGet);

            later.cancel();
            again.cancel();
            later.join();
            again.join();
            clock.advance(Duration.ofSeconds(5));

            assertThat(runs).hasValue(0);
            assertThat(tree.root().state()).isEqualTo(State.READY);
        }
    }

    @Test
    @DisplayName("T-31 join returns when the task has ended and its failure has been applied to the service")
    void joinReturnsAfterTheFailure() throws Exception {
        Ginkgo ginkgo = Ginkgo.start(root);
        CountDownLatch go = new CountDownLatch(1);
        TaskHandle handle = root.task("work", () -> {
            go.await();
            throw new IllegalStateException("boom");
        });

        BackgroundThread.run(go::countDown);
        handle.join();

        assertThat(root.state()).isEqualTo(State.FAILED);
        assertThat(handle.failure()).get().extracting(Throwable::getMessage).isEqualTo("boom");
        ginkgo.awaitStopped();
    }

    @Test
    @DisplayName("T-31 a join with a limit waits in the time of the tree")
    void joinEndsAtItsLimit() throws Exception {
        FakeClock clock = new FakeClock();
        try (TestTree<TestService> tree = TestTree.start(root, clock)) {
            // Given a task that takes ten seconds, and one that waits three for it
            TaskHandle slow = tree.root().task("slow", () -> root.pause(Duration.ofSeconds(10)));
            AtomicReference<Boolean> early = new AtomicReference<>();
            AtomicReference<Boolean> late = new AtomicReference<>();
            root.task("early", () -> early.set(slow.join(Duration.ofSeconds(3))));
            root.task("late", () -> late.set(slow.join(Duration.ofSeconds(30))));

            clock.advance(Duration.ofSeconds(3));
            assertThat(early).hasValue(false);
            assertThat(late).hasNullValue();

            clock.advance(Duration.ofSeconds(7));
            assertThat(late).hasValue(true);
        }
    }

    @Test
    @DisplayName("T-31 a task that would wait for its own end is rejected")
    void rejectsToJoinTheCallingTask() throws Exception {
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            AtomicReference<TaskHandle> self = new AtomicReference<>();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            CountDownLatch known = new CountDownLatch(1);
            TaskHandle handle = root.task("work", () -> {
                known.await();
                try {
                    self.get().join();
                } catch (IllegalStateException e) {
                    thrown.set(e);
                }
            });
            self.set(handle);
            known.countDown();
            handle.join();

            assertThat(thrown.get()).hasMessageContaining("test-service#work cannot wait for its own end");
            assertThat(ginkgo.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("T-32 a permanent task that returns fails its service")
    void permanentTaskThatReturns_failsTheService() throws Exception {
        Ginkgo ginkgo = Ginkgo.start(root);

        root.task("loop", TaskType.PERMANENT, () -> {});
        ginkgo.awaitStopped();

        assertThat(root.state()).isEqualTo(State.FAILED);
        assertThat(root.status().reason())
                .isEqualTo("test-service#loop returned; a permanent task must run until its service stops, so spawn it"
                        + " as TRANSIENT if it may complete");
    }

    @Test
    @DisplayName("T-32 a permanent task may return when its service stops")
    void permanentTaskMayReturn_duringAStop() {
        Ginkgo ginkgo = Ginkgo.start(root);
        root.task("loop", TaskType.PERMANENT, () -> {
            try {
                root.blockForever();
            } catch (InterruptedException e) {
                root.record("interrupted");
            }
        });

        ginkgo.stop();

        assertThat(root.state()).isEqualTo(State.STOPPED);
    }

    @Test
    @DisplayName("T-33 an exception of a temporary task is logged, and its service keeps running")
    void temporaryTaskThatThrows_doesNotFailTheService() throws Exception {
        try (LogCapture log = LogCapture.of(TestService.class);
                Ginkgo ginkgo = Ginkgo.start(root)) {
            TaskHandle handle = root.task("refresh", TaskType.TEMPORARY, () -> {
                throw new IllegalStateException("boom");
            });
            handle.join();

            assertThat(handle.failure()).isPresent();
            assertThat(ginkgo.root().status().state()).isEqualTo(State.READY);
            assertThat(log.at(Level.WARN))
                    .containsExactly("test-service#refresh failed; it is temporary, so its service keeps running");
        }
    }

    @Test
    @DisplayName("T-33 an Error of a temporary task fails its service")
    void temporaryTaskWithAnError_failsTheService() {
        Ginkgo ginkgo = Ginkgo.start(root);

        root.task("refresh", TaskType.TEMPORARY, () -> {
            throw new StackOverflowError("deep");
        });

        await().until(() -> root.state() == State.FAILED);
        await().until(() -> ginkgo.tasks().isEmpty());
        assertThatThrownBy(() -> root.awaitReady(Duration.ofSeconds(1))).hasRootCauseMessage("deep");
    }
}
