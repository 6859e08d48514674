package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.behaviour.BackgroundThread;
import dev.ginkgo.behaviour.TestService;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.time.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StopWhileStartingTest {

    @Test
    @DisplayName("L-08 a stop cancels the start: services not yet started never start, and both calls return in state"
            + " STOPPED")
    void stopCancelsTheStart() throws InterruptedException {
        // Given
        CountDownLatch inside = new CountDownLatch(1);
        TestService root = TestService.root();
        TestService a = root.child("a");
        TestService b = root.child("b").whenStarting(self -> {
            inside.countDown();
            new CountDownLatch(1).await();
        });
        TestService c = root.child("c");
        BackgroundThread start = BackgroundThread.run(root::start);
        inside.await();

        // When
        root.stop();

        // Then
        assertThat(root.state()).isEqualTo(State.STOPPED);
        assertThat(a.state()).isEqualTo(State.STOPPED);
        assertThat(b.state()).isEqualTo(State.STOPPED);
        assertThat(c.state()).isEqualTo(State.NEW);
        assertThat(root.events).containsExactly("a onStart", "b onStart", "a onStop");
        assertThat(start.awaitThrown()).isInstanceOfSatisfying(StartException.class, cancelled -> {
            assertThat(cancelled.cancelled()).isTrue();
            assertThat(cancelled.path()).isEqualTo("test-service");
            assertThat(cancelled).hasMessage("the start of test-service was cancelled by a stop");
        });
    }

    @Test
    @DisplayName("L-08 onStart may stop its own service")
    void onStartMayStopItsService() {
        TestService root = TestService.root();
        root.whenStarting(TestService::stop);

        StartException thrown = catchThrowableOfType(StartException.class, root::start);

        assertThat(thrown.cancelled()).isTrue();
        assertThat(root.state()).isEqualTo(State.STOPPED);
    }

    @Test
    @DisplayName("L-08 stopping a child while it starts ends only that child: it counts as finished, and the start"
            + " continues")
    void startContinues_whenAStartingChildIsStopped() {
        // Given a child that stops itself before its start has finished
        TestService root = TestService.root();
        TestService once = root.child("once").whenStarting(self -> {
            self.task("work", self::stop);
            new CountDownLatch(1).await();
        });
        TestService next = root.child("next");

        // When
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            // Then
            assertThat(once.state()).isEqualTo(State.STOPPED);
            assertThat(next.state()).isEqualTo(State.READY);
            assertThat(ginkgo.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName(
            "L-26 a child that is stopped while its parent starts, before its own turn, is not started by that start")
    void childIsNotStarted_whenItWasStoppedBeforeItsTurn() {
        // Given
        TestService root = TestService.root();
        TestService first = root.child("first");
        TestService later = root.child("later");
        TestService below = later.child("below");
        first.whenStarting(_ -> {
            if (first.starts.get() == 1) {
                later.stop();
            }
        });

        // When
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            // Then
            assertThat(root.events).containsExactly("first onStart", "root onStart");
            assertThat(later.state()).isEqualTo(State.STOPPED);
            assertThat(ginkgo.status().ready()).isTrue();
            BackgroundThread waiter = BackgroundThread.run(below::awaitStopped);
            assertThat(waiter.awaitThrown()).isNull();
        }

        // When the parent starts again, then so does the child
        root.events.clear();
        try (Ginkgo ginkgo = Ginkgo.start(root)) {
            assertThat(root.events).containsExactly("first onStart", "below onStart", "later onStart", "root onStart");
            assertThat(ginkgo.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("L-08 an interrupt of the starting thread cancels the start, and the interrupt status is kept")
    void interruptCancelsTheStart() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        List<Boolean> flag = new ArrayList<>();
        TestService root = TestService.root();
        root.child("a").whenStarting(self -> {
            inside.countDown();
            new CountDownLatch(1).await();
        });
        BackgroundThread start = BackgroundThread.run(() -> {
            try {
                root.start();
            } finally {
                flag.add(Thread.currentThread().isInterrupted());
            }
        });
        inside.await();

        start.interrupt();

        assertThat(start.awaitThrown()).isInstanceOfSatisfying(StartException.class, cancelled -> {
            assertThat(cancelled.cancelled()).isTrue();
            assertThat(cancelled).hasMessage("the start of test-service was cancelled by an interrupt");
        });
        assertThat(flag).containsExactly(true);
        assertThat(root.state()).isEqualTo(State.STOPPED);
    }

    @RepeatedTest(20)
    @DisplayName("L-08 start() on an interrupted thread starts nothing")
    void startsNothing_onAnInterruptedThread() {
        TestService root = TestService.root();
        root.child("a");
        BackgroundThread start = BackgroundThread.run(() -> {
            Thread.currentThread().interrupt();
            root.start();
        });

        assertThat(start.awaitThrown())
                .isInstanceOfSatisfying(
                        StartException.class,
                        cancelled -> assertThat(cancelled.cancelled()).isTrue());
        assertThat(root.events).isEmpty();
    }

    @Test
    @Timeout(60)
    @DisplayName("L-08 L-09 stops from several threads at any moment of the start end in STOPPED, and nothing is left"
            + " running")
    void stopsCleanly_atAnyMomentOfTheStart() {
        for (int round = 0; round < 500; round++) {
            AtomicInteger live = new AtomicInteger();
            TestService root = TestService.root();
            TestService middle = root.child("middle");
            middle.child("leaf").whenStarting(self -> {
                live.incrementAndGet();
                self.closedOnStop(live::decrementAndGet);
                self.task("work", () -> work(live));
            });
            root.child("last").whenStarting(self -> self.task("work", () -> work(live)));
            long pause = ThreadLocalRandom.current().nextLong(400_000);
            CountDownLatch go = new CountDownLatch(3);
            BackgroundThread start = BackgroundThread.run(() -> {
                go.countDown();
                root.start();
            });
            List<BackgroundThread> stops = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                stops.add(BackgroundThread.run(() -> {
                    go.countDown();
                    go.await();
                    long until = TimeSource.system().nanos() + pause;
                    while (TimeSource.system().nanos() < until) {
                        Thread.onSpinWait();
                    }
                    root.stop();
                }));
            }

            stops.forEach(stop -> assertThat(stop.awaitThrown()).isNull());
            Throwable thrown = start.awaitThrown();
            if (thrown != null) {
                assertThat(thrown).isInstanceOf(StartException.class);
                assertThat(((StartException) thrown).cancelled()).isTrue();
            }
            root.stop(); // in case both stops came before the start
            assertThat(root.state()).isIn(State.STOPPED, State.NEW);
            assertThat(live).hasValue(0);
        }
    }

    @Test
    @DisplayName("L-09 a second stop waits for the first and has the same outcome")
    void secondStopWaitsForTheFirst() throws InterruptedException {
        // Given
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        TestService root = TestService.root().whenStopping(self -> {
            inside.countDown();
            release.await();
        });
        root.start();
        BackgroundThread first = BackgroundThread.run(root::stop);
        inside.await();
        BackgroundThread second = BackgroundThread.run(root::close);
        BackgroundThread waiter = BackgroundThread.run(root::awaitStopped);
        org.awaitility.Awaitility.await().until(() -> second.isParked() && waiter.isParked());
        assertThat(root.state()).isEqualTo(State.STOPPING);

        // When
        release.countDown();

        // Then
        assertThat(first.awaitThrown()).isNull();
        assertThat(second.awaitThrown()).isNull();
        assertThat(waiter.awaitThrown()).isNull();
        assertThat(root.events).containsExactly("root onStart", "root onStop");
        root.stop();
        assertThat(root.events).hasSize(2);
    }

    @Test
    @DisplayName("L-09 every caller of stop() gets the result of a stop that was not clean")
    void secondStopHasTheSameErrors() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        TestService root = TestService.root().whenStopping(self -> {
            inside.countDown();
            release.await();
            throw new java.io.IOException("bad");
        });
        root.start();
        BackgroundThread first = BackgroundThread.run(root::stop);
        inside.await();
        BackgroundThread second = BackgroundThread.run(root::stop);
        org.awaitility.Awaitility.await().until(second::isParked);
        release.countDown();

        Throwable firstError = first.awaitThrown();
        Throwable secondError = second.awaitThrown();
        assertThat(firstError)
                .isInstanceOf(dev.ginkgo.lifecycle.StopException.class)
                .hasRootCauseMessage("bad");
        assertThat(secondError)
                .isInstanceOf(dev.ginkgo.lifecycle.StopException.class)
                .hasRootCauseMessage("bad");
    }

    @Test
    @DisplayName("L-09 stopping a service that was never started does nothing")
    void stopDoesNothing_onANewService() {
        TestService root = TestService.root();
        root.stop();
        root.close();
        assertThat(root.state()).isEqualTo(State.NEW);
    }

    private static void work(AtomicInteger live) throws InterruptedException {
        live.incrementAndGet();
        try {
            new CountDownLatch(1).await();
        } finally {
            live.decrementAndGet();
        }
    }
}
