package dev.ginkgo.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.Service;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FakeClockTest {
    private final List<String> events = new CopyOnWriteArrayList<>();

    @Test
    void timersFireInTheOrderOfTheirDeadlines() {
        FakeClock clock = new FakeClock();
        try (TestTree<Timers> tree = TestTree.start(new Timers(), clock)) {
            tree.root().after("late", 30);
            tree.root().after("early", 10);
            tree.root().after("middle", 20);

            clock.advance(Duration.ofSeconds(25));
            assertThat(events).containsExactly("early at 10", "middle at 20");

            clock.advance(Duration.ofSeconds(5));
            assertThat(events).containsExactly("early at 10", "middle at 20", "late at 30");
            assertThat(clock.now()).isEqualTo(Instant.parse("2000-01-01T12:00:30Z"));
        }
    }

    @Test
    void timersWithEqualDeadlinesFireInTheOrderOfParking() {
        FakeClock clock = new FakeClock();
        try (TestTree<Timers> tree = TestTree.start(new Timers(), clock)) {
            for (String name : List.of("c", "a", "b")) {
                tree.root().after(name, 10);
                clock.awaitIdle();
            }

            clock.advance(Duration.ofSeconds(10));

            assertThat(events).containsExactly("c at 10", "a at 10", "b at 10");
        }
    }

    @Test
    void advance_reportsNameAndStackOfATaskThatIsBlockedElsewhere() {
        FakeClock clock = new FakeClock(Instant.EPOCH, Duration.ofMillis(50), IdleTimeout.Machine.actual());
        CountDownLatch elsewhere = new CountDownLatch(1);
        try (TestTree<Timers> tree = TestTree.start(new Timers(), clock)) {
            tree.root().run("blocked", elsewhere::await);

            assertThatThrownBy(() -> clock.advance(Duration.ofSeconds(1)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("these tasks do not wait in the clock's time; they are running, or blocked"
                            + " elsewhere:\ntimers#blocked\n    at ")
                    .hasMessageContaining("CountDownLatch.await")
                    .hasMessageContaining("of real time, in which the machine delivered ");
            elsewhere.countDown();
        }
    }

    @Test
    @DisplayName("T-15 awaitIdle waits for a task that is spawned while the tasks are listed")
    void awaitIdle_waitsForATaskThatIsSpawnedWhileTheTasksAreListed() {
        // Given a task of the second tree that spawns one in the first, which has been listed already, and ends
        FakeClock clock = new FakeClock();
        AtomicBoolean spawned = new AtomicBoolean();
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch listed = new CountDownLatch(1);
        Thread late = Thread.ofVirtual().name("late").unstarted(() -> {
            try {
                listed.await();
                done.set(true);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        clock.onTreeStart(() -> {
            if (!late.isAlive()) {
                return List.of();
            }
            listed.countDown();
            return List.of(late);
        });
        clock.onTreeStart(() -> {
            if (spawned.compareAndSet(false, true)) {
                late.start();
            }
            return List.of();
        });

        // When
        clock.awaitIdle();

        // Then
        assertThat(done).isTrue();
    }

    /** Machine on which a minute passes between two polls; it delivers a fraction of that to this process. */
    private static final class BusyMachine implements IdleTimeout.Machine {
        final AtomicInteger polls = new AtomicInteger();
        private final Duration delivered;

        BusyMachine(Duration delivered) {
            this.delivered = delivered;
        }

        @Override
        public long nanos() {
            return Duration.ofMinutes(polls.incrementAndGet()).toNanos();
        }

        @Override
        public long processorNanos() {
            return delivered.multipliedBy(polls.get()).toNanos();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("T-16 awaitIdle waits longer for a task on a busy machine, in proportion to what the machine delivers")
    void awaitIdle_waitsLongerOnABusyMachine(boolean runnable) {
        // Given a task that needs a hundred minutes of real time, because the machine delivers 1 ms per minute
        BusyMachine machine = new BusyMachine(Duration.ofMillis(1));
        FakeClock clock = new FakeClock(Instant.EPOCH, Duration.ofSeconds(10), machine);
        CountDownLatch enough = new CountDownLatch(1);
        Thread task = Thread.ofPlatform().daemon().start(() -> {
            while (runnable && enough.getCount() > 0) {
                Thread.onSpinWait();
            }
            awaitUninterruptibly(enough);
        });
        clock.onTreeStart(() -> {
            if (machine.polls.get() >= 100) {
                enough.countDown();
            }
            return task.isAlive() ? List.of(task) : List.of();
        });

        // When, then
        clock.awaitIdle();
        assertThat(task.isAlive()).isFalse();
    }

    @Test
    @DisplayName("T-16 the error says how long awaitIdle waited, and what the machine delivered in that time")
    void awaitIdle_reportsWhatTheMachineDelivered() {
        BusyMachine machine = new BusyMachine(Duration.ofSeconds(3));
        FakeClock clock = new FakeClock(Instant.EPOCH, Duration.ofSeconds(10), machine);
        AtomicBoolean end = new AtomicBoolean();
        Thread task = Thread.ofPlatform().daemon().start(() -> {
            while (!end.get()) {
                Thread.onSpinWait();
            }
        });
        clock.onTreeStart(() -> List.of(task));

        assertThatThrownBy(clock::awaitIdle)
                .isInstanceOf(AssertionError.class)
                .hasMessageEndingWith("(waited 4 min of real time, in which the machine delivered 12 s)");
        end.set(true);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void advance_rejectsANegativeDuration() {
        assertThatThrownBy(() -> new FakeClock().advance(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sevenHundredRunsAreIdentical() {
        List<String> first = run();
        assertThat(first).hasSize(60 / 2 + 60 / 3 + 60 / 5);
        for (int i = 1; i < 700; i++) {
            assertThat(run()).isEqualTo(first);
        }
    }

    private List<String> run() {
        FakeClock clock = new FakeClock();
        events.clear();
        try (TestTree<Timers> tree = TestTree.start(new Timers(), clock)) {
            for (int seconds : new int[] {2, 3, 5}) {
                tree.root().each("every-" + seconds, seconds);
                clock.awaitIdle(); // so that timers with equal deadlines have a defined order
            }
            clock.advance(Duration.ofMinutes(1));
        }
        return new ArrayList<>(events);
    }

    /** Records when its timers fire. */
    final class Timers extends Service {
        void after(String name, int seconds) {
            spawnLater(name, Duration.ofSeconds(seconds), () -> recordEvent(name));
        }

        void each(String name, int seconds) {
            every(name, () -> Duration.ofSeconds(seconds), () -> recordEvent(name));
        }

        void run(String name, dev.ginkgo.lifecycle.TaskBody taskBody) {
            spawn(name, taskBody);
        }

        private void recordEvent(String name) {
            events.add(name + " at "
                    + Duration.between(Instant.parse("2000-01-01T12:00:00Z"), now())
                            .toSeconds());
        }
    }
}
