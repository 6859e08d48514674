package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.Leak;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StopException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StopDeadlineTest {
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void releaseTasks() {
        release.countDown();
    }

    @Test
    @DisplayName("L-20 a single deadline covers the whole shutdown: the timeouts of twenty tasks that ignore"
            + " interrupts do not add up")
    void timeoutsDoNotAddUp() {
        // Given twenty children that hang, each of which could take two seconds, in a tree that has 300 ms
        TestService root = TestService.root().stopTimeout(Duration.ofMillis(300));
        for (int i = 0; i < 20; i++) {
            root.child("stuck-" + i)
                    .stopTimeout(Duration.ofSeconds(2))
                    .whenStarting(this::startTaskThatIgnoresInterrupts)
                    .whenStopping(self -> ignoreInterrupts());
        }
        root.start();

        // When
        StopException thrown = catchThrowableOfType(StopException.class, root::stop);

        // Then only the hook of the child that stops first was called: it used up the time of all
        assertThat(thrown.leaks()).extracting(Leak::task).contains("stuck").hasSizeGreaterThanOrEqualTo(20);
        assertThat(thrown.getSuppressed()).hasSizeGreaterThanOrEqualTo(20);
        assertThat(root.events).filteredOn(event -> event.endsWith("onStop")).hasSizeLessThanOrEqualTo(2);
        assertThat(thrown.getSuppressed())
                .filteredOn(
                        error -> error.toString().contains("onStop was skipped because the stop deadline had passed"))
                .hasSizeGreaterThanOrEqualTo(19);
        assertThat(root.state()).isEqualTo(State.FAILED);
        assertThat(root.status().children()).allSatisfy(child -> {
            assertThat(child.state()).isEqualTo(State.FAILED);
            assertThat(child.reason()).isEqualTo("leak");
        });
    }

    @Test
    @DisplayName("L-20 a task of the parent that ignores interrupts leaves half of the time to the children")
    void childrenGetHalfOfTheTime_whenATaskOfTheParentIgnoresInterrupts() {
        TestService root = TestService.root()
                .withLifecycle(Lifecycle.standard().stopTimeout(Duration.ofMillis(400)))
                .whenStarting(this::startTaskThatIgnoresInterrupts);
        root.child("a").whenStopping(self -> {
            self.pause(Duration.ofMillis(50));
            self.record("drained");
        });
        Ginkgo ginkgo = Ginkgo.start(root);

        StopException thrown = catchThrowableOfType(StopException.class, root::stop);

        assertThat(root.events).endsWith("a onStop", "a drained");
        assertThat(thrown.leaks()).singleElement().satisfies(leak -> {
            assertThat(leak.path()).isEqualTo("test-service");
            assertThat(leak.task()).isEqualTo("stuck");
            assertThat(leak.age()).isPositive();
            assertThat(leak.stack()).anyMatch(frame -> frame.getMethodName().equals("ignoreInterrupts"));
        });
        assertThat(thrown).hasMessageContaining("test-service#stuck still runs after");
        assertThat(ginkgo.tasks())
                .as("tasks that are still running are listed")
                .anyMatch(t -> t.fullName().equals("test-service#stuck"));
        release.countDown();
        org.awaitility.Awaitility.await().until(() -> ginkgo.tasks().isEmpty());
    }

    @Test
    @DisplayName("L-20 a service gets its own timeout or the remaining time, whichever is shorter")
    void usesTheShorterTimeout() {
        TestService root = TestService.root().stopTimeout(Duration.ofHours(1));
        root.child("a").stopTimeout(Duration.ofHours(1));
        root.child("b")
                .withLifecycle(Lifecycle.standard().stopTimeout(Duration.ofMillis(50)))
                .whenStopping(self -> ignoreInterrupts());
        root.start();

        StopException thrown = catchThrowableOfType(StopException.class, root::stop);

        assertThat(thrown).hasMessageContaining("test-service/b: onStop threw java.util.concurrent.TimeoutException");
        assertThat(root.events).endsWith("root onStop", "b onStop", "a onStop");
    }

    @Test
    @DisplayName("L-20 the rollback after a start timeout has its own deadline")
    void rollbackHasItsOwnDeadline() {
        TestService root = TestService.root();
        root.child("a").whenStopping(self -> {
            self.pause(Duration.ofMillis(100));
            self.record("drained");
        });
        root.child("b")
                .withLifecycle(Lifecycle.standard().startTimeout(Duration.ofMillis(20)))
                .whenStarting(self -> new CountDownLatch(1).await());

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown).hasMessageContaining("not ready after 20 ms").hasNoSuppressedExceptions();
        assertThat(root.events).endsWith("a onStop", "a drained");
    }

    @Test
    @DisplayName("L-25 a stop of the parent shortens a stop of a child that is in progress: the child's hook is"
            + " interrupted at the parent's deadline")
    void parentsDeadlineAppliesToAStopInProgress() throws Exception {
        // Given a child whose own stop may take an hour and is waiting in onStop
        CountDownLatch inside = new CountDownLatch(1);
        TestService root = TestService.root().withLifecycle(Lifecycle.standard().stopTimeout(Duration.ofMillis(300)));
        TestService middle = root.child("middle").stopTimeout(Duration.ofHours(1));
        middle.child("leaf").stopTimeout(Duration.ofHours(1)).whenStopping(self -> {
            inside.countDown();
            release.await();
        });
        root.start();
        BackgroundThread childStop = BackgroundThread.run(middle::stop);
        inside.await();

        // When
        BackgroundThread rootStop = BackgroundThread.run(root::stop);

        // Then
        assertThat(rootStop.awaitThrown())
                .isInstanceOf(StopException.class)
                .hasMessageContaining("test-service/middle/leaf: onStop threw java.util.concurrent.TimeoutException");
        assertThat(childStop.awaitThrown()).isInstanceOf(StopException.class);
        assertThat(root.state()).isEqualTo(State.FAILED);
    }

    @Test
    @DisplayName("L-25 a stop also shortens the rollback of a failed start below it")
    void parentsDeadlineAppliesToARollback() throws Exception {
        // Given an added child whose start failed, and whose rollback may take an hour and is closing a resource
        CountDownLatch inside = new CountDownLatch(1);
        TestService root = TestService.root().stopTimeout(Duration.ofMillis(300));
        TestService added = root.detached("a").stopTimeout(Duration.ofHours(1)).whenStarting(self -> {
            self.closedOnStop(() -> {
                inside.countDown();
                release.await();
            });
            throw new IllegalStateException("boom");
        });
        root.start();
        BackgroundThread start = BackgroundThread.run(() -> root.child("a", added));
        inside.await();

        // When
        BackgroundThread stop = BackgroundThread.run(root::stop);

        // Then
        assertThat(stop.awaitThrown()).isInstanceOf(StopException.class);
        assertThat(start.awaitThrown()).isInstanceOf(StartException.class);
    }

    private void startTaskThatIgnoresInterrupts(TestService self) {
        self.task("stuck", this::ignoreInterrupts);
    }

    private void ignoreInterrupts() {
        boolean released = false;
        while (!released) {
            try {
                release.await();
                released = true;
            } catch (InterruptedException e) {
                // keep waiting
            }
        }
    }
}
