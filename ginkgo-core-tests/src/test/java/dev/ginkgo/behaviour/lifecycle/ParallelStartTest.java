package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.ServiceGroup;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StateChange;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.TreeListener;
import dev.ginkgo.testing.FakeClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ParallelStartTest {

    private static TestService parallelRoot() {
        return TestService.root().withLifecycle(Lifecycle.standard().childrenInParallel());
    }

    private static List<State> states(TestService root) {
        return root.status().children().stream().map(Status::state).toList();
    }

    /** Returns the recorded stops and closed resources, in their order. */
    private static List<String> stopSteps(TestService root) {
        return root.events.stream()
                .filter(event -> event.contains("onStop") || event.contains("closes"))
                .toList();
    }

    @Test
    @DisplayName(
            "L-60 with childrenInParallel the children start at the same time, all of them are STARTING until then,"
                    + " and onStart runs when they are ready")
    void startsChildrenAtTheSameTime() throws Exception {
        // Given three children, each of which waits for the others and for the test
        TestService root = parallelRoot();
        CyclicBarrier together = new CyclicBarrier(3);
        CountDownLatch mayFinish = new CountDownLatch(1);
        for (String name : List.of("a", "b", "c")) {
            root.child(name).whenStarting(self -> {
                together.await();
                mayFinish.await();
            });
        }

        // When
        BackgroundThread start = BackgroundThread.run(root::start);
        await().until(() -> root.events.size() == 3 && together.getNumberWaiting() == 0);
        List<State> during = states(root);
        mayFinish.countDown();

        // Then
        assertThat(start.awaitThrown()).isNull();
        assertThat(during).containsOnly(State.STARTING);
        assertThat(states(root)).containsOnly(State.READY);
        assertThat(root.events).hasSize(4).endsWith("root onStart");
        root.stop();
        assertThat(stopSteps(root)).containsExactly("root onStop", "c onStop", "b onStop", "a onStop");
    }

    @Test
    @DisplayName("L-60 with hookBeforeChildren onStart runs first, and then the children start at the same time")
    void startsChildrenAfterTheHook_withHookBeforeChildren() {
        TestService root = TestService.root()
                .withLifecycle(Lifecycle.standard().hookBeforeChildren().childrenInParallel());
        CyclicBarrier together = new CyclicBarrier(2);
        root.child("a").whenStarting(self -> together.await());
        root.child("b").whenStarting(self -> together.await());

        root.start();

        assertThat(root.events).hasSize(3).startsWith("root onStart");
        root.stop();
    }

    @Test
    @DisplayName("L-60 the children of a ServiceGroup start at the same time with inParallel")
    void startsTheChildrenOfAGroup() {
        // Given
        TestService root = TestService.root();
        CyclicBarrier together = new CyclicBarrier(2);
        root.child(
                "feeds",
                new ServiceGroup<>(() -> root.detached("feed").whenStarting(self -> together.await())).inParallel());

        // When
        Ginkgo.of(root)
                .configuration(Configuration.empty().text("app.toml", "[feeds.prices]\n[feeds.news]\n"))
                .start();

        // Then
        assertThat(root.status().children().getFirst().children())
                .extracting(Status::state)
                .containsExactly(State.READY, State.READY);
        root.stop();
    }

    @Test
    @DisplayName("L-61 if a child fails, those that start are interrupted at once, all stop in reverse order, and the"
            + " start reports that child")
    void cancelsAndRollsBackInReverseOrder_whenAChildFails() throws Exception {
        // Given a and d, which are ready, c, which waits, and b, which fails then
        IOException cause = new IOException("no such host");
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        TestService root = parallelRoot();
        TestService a = root.child("a");
        TestService d = root.detached("d");
        TestService b = root.child("b").whenStarting(self -> {
            self.closedOnStop(self.resource("socket"));
            waiting.await();
            a.awaitReady(Duration.ofSeconds(30));
            d.awaitReady(Duration.ofSeconds(30));
            throw cause;
        });
        TestService c = root.child("c").whenStarting(self -> {
            self.closedOnStop(self.resource("socket"));
            waiting.countDown();
            try {
                self.blockForever();
            } finally {
                interrupted.countDown();
            }
        });
        root.child("d", d).whenStopping(self -> interrupted.await());

        // When
        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        // Then d stops first, although b has failed
        assertThat(thrown.path()).isEqualTo("test-service/b");
        assertThat(thrown)
                .hasMessage("test-service/b did not start: no such host")
                .hasCause(cause)
                .hasNoSuppressedExceptions();
        assertThat(stopSteps(root)).containsExactly("d onStop", "c closes socket", "b closes socket", "a onStop");
        assertThat(states(root)).containsExactly(State.STOPPED, State.FAILED, State.STOPPED, State.STOPPED);
        assertThat(List.of(a.state(), b.state(), c.state(), d.state())).isEqualTo(states(root));
        assertThat(root.state()).isEqualTo(State.FAILED);
        assertThat(root.status().failure()).containsSame(thrown);
        assertThat(root.events).doesNotContain("root onStart");
    }

    @Test
    @DisplayName("L-61 a failure below one of the children cancels the others, too")
    void cancelsTheOthers_whenAGrandchildFails() {
        TestService root = parallelRoot();
        CountDownLatch waiting = new CountDownLatch(1);
        TestService a = root.child("a");
        a.child("deep").whenStarting(self -> {
            waiting.await();
            throw new IOException("no");
        });
        TestService b = root.child("b").whenStarting(self -> {
            waiting.countDown();
            self.blockForever();
        });

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown.path()).isEqualTo("test-service/a/deep");
        assertThat(b.state()).isEqualTo(State.STOPPED);
        assertThat(List.of(root.state(), a.state())).containsOnly(State.FAILED);
    }

    @Test
    @DisplayName("L-61 a ready child that fails while others start fails the start")
    void failsTheStart_whenAReadyChildFails() {
        TestService root = parallelRoot();
        CountDownLatch waiting = new CountDownLatch(1);
        root.child("a")
                .whenStarting(self -> self.task("work", () -> {
                    waiting.await();
                    throw new IOException("line lost");
                }));
        TestService b = root.child("b").whenStarting(self -> {
            waiting.countDown();
            self.blockForever();
        });

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown).hasRootCauseMessage("line lost");
        assertThat(b.state()).isEqualTo(State.STOPPED);
        assertThat(root.state()).isEqualTo(State.FAILED);
    }

    @Test
    @DisplayName("L-62 a stop during the start cancels all children, which stop in reverse order")
    void stopCancelsTheStart() throws Exception {
        // Given
        CountDownLatch inside = new CountDownLatch(2);
        TestService root = parallelRoot();
        for (String name : List.of("a", "b")) {
            root.child(name).whenStarting(self -> {
                self.closedOnStop(self.resource("socket"));
                inside.countDown();
                self.blockForever();
            });
        }
        BackgroundThread start = BackgroundThread.run(root::start);
        inside.await();

        // When
        root.stop();

        // Then
        assertThat(start.awaitThrown()).isInstanceOfSatisfying(StartException.class, cancelled -> {
            assertThat(cancelled.cancelled()).isTrue();
            assertThat(cancelled).hasMessage("the start of test-service was cancelled by a stop");
        });
        assertThat(states(root)).containsOnly(State.STOPPED);
        assertThat(stopSteps(root)).containsExactly("b closes socket", "a closes socket");
    }

    @Test
    @DisplayName("L-62 an interrupt of the thread that starts cancels all children")
    void interruptCancelsTheStart() throws Exception {
        CountDownLatch inside = new CountDownLatch(2);
        TestService root = parallelRoot();
        for (String name : List.of("a", "b")) {
            root.child(name).whenStarting(self -> {
                inside.countDown();
                self.blockForever();
            });
        }
        BackgroundThread start = BackgroundThread.run(root::start);
        inside.await();

        start.interrupt();

        assertThat(start.awaitThrown())
                .isInstanceOf(StartException.class)
                .hasMessage("the start of test-service was cancelled by an interrupt");
        assertThat(states(root)).containsOnly(State.STOPPED);
    }

    @Test
    @DisplayName("L-62 a stop of one child that starts does not affect the others")
    void startContinues_whenOneChildIsStopped() throws Exception {
        // Given
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch mayFinish = new CountDownLatch(1);
        TestService root = parallelRoot();
        TestService once = root.child("once").whenStarting(self -> {
            inside.countDown();
            self.blockForever();
        });
        root.child("other").whenStarting(self -> mayFinish.await());
        BackgroundThread start = BackgroundThread.run(root::start);
        inside.await();

        // When
        once.stop();
        mayFinish.countDown();

        // Then
        assertThat(start.awaitThrown()).isNull();
        assertThat(states(root)).containsExactly(State.STOPPED, State.READY);
        assertThat(root.state()).isEqualTo(State.READY);
        root.stop();
    }

    @Test
    @DisplayName("L-62 a start whose last child is stopped continues without it")
    void startContinues_whenTheLastChildIsStopped() throws Exception {
        // Given a child that is ready, and one that waits
        CountDownLatch inside = new CountDownLatch(1);
        TestService root = parallelRoot();
        TestService ready = root.child("ready");
        TestService waiting = root.child("waiting").whenStarting(self -> {
            inside.countDown();
            self.blockForever();
        });
        BackgroundThread start = BackgroundThread.run(root::start);
        inside.await();
        await().until(() -> ready.state() == State.READY);

        // When
        waiting.stop();

        // Then
        assertThat(start.awaitThrown()).isNull();
        assertThat(states(root)).containsExactly(State.READY, State.STOPPED);
        root.stop();
    }

    @Test
    @DisplayName("L-62 a child that is stopped before the children start is not started")
    void childThatWasStoppedBefore_isNotStarted() {
        // Given a hook that runs before the children start, and stops one of them
        TestService root = TestService.root()
                .withLifecycle(Lifecycle.standard().hookBeforeChildren().childrenInParallel());
        TestService stopped = root.child("stopped");
        root.child("other");
        root.whenStarting(self -> stopped.stop());

        // When
        root.start();

        // Then
        assertThat(states(root)).containsExactly(State.STOPPED, State.READY);
        assertThat(stopped.starts).hasValue(0);
        root.stop();
    }

    @Test
    @DisplayName(
            "L-63 with a fake clock the children start in the order of their declaration, and a parallel start takes"
                    + " as long as the slowest child")
    void takesAsLongAsTheSlowestChild_withAFakeClock() {
        // Given children that take three, one and two seconds
        FakeClock clock = new FakeClock();
        Instant origin = clock.now();
        List<StateChange> changes = new CopyOnWriteArrayList<>();
        TestService root = parallelRoot();
        root.child("a").whenStarting(self -> self.pause(Duration.ofSeconds(3)));
        root.child("b").whenStarting(self -> self.pause(Duration.ofSeconds(1)));
        root.child("c").whenStarting(self -> self.pause(Duration.ofSeconds(2)));
        BackgroundThread start = BackgroundThread.run(() -> Ginkgo.of(root)
                .time(clock)
                .listener(new TreeListener() {
                    @Override
                    public void stateChanged(StateChange change) {
                        changes.add(change);
                    }
                })
                .start());
        await().until(() -> root.events.size() == 3);

        // When
        clock.advance(Duration.ofSeconds(3));

        // Then
        assertThat(start.awaitThrown()).isNull();
        await().until(() -> changes.size() == 8);
        assertThat(changes.subList(0, 4))
                .extracting(change -> change.path() + " " + change.to())
                .containsExactly(
                        "test-service STARTING",
                        "test-service/a STARTING",
                        "test-service/b STARTING",
                        "test-service/c STARTING");
        assertThat(root.status().since()).isEqualTo(origin.plusSeconds(3));
        root.stop();
    }

    @Test
    @DisplayName("L-61 what a rollback of many children that start in parallel costs does not depend on their order")
    void rollsBackManyChildren() {
        // Given 2,000 children that wait, and the first of which fails
        int count = 2_000;
        CountDownLatch waiting = new CountDownLatch(count - 1);
        TestService root = parallelRoot();
        root.child("c0").whenStarting(self -> {
            waiting.await();
            throw new IOException("no");
        });
        for (int i = 1; i < count; i++) {
            root.child("c" + i).whenStarting(self -> {
                self.closedOnStop(self.resource("socket"));
                waiting.countDown();
                self.blockForever();
            });
        }

        // When
        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        // Then
        assertThat(thrown.path()).isEqualTo("test-service/c0");
        List<String> closed = stopSteps(root);
        assertThat(closed).hasSize(count - 1).startsWith("c1999 closes socket").endsWith("c1 closes socket");
    }
}
