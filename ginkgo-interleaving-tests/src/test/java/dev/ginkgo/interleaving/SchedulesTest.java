package dev.ginkgo.interleaving;

import static dev.ginkgo.interleaving.control.ControlledScenario.require;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ginkgo.interleaving.control.ControlledScenario;
import dev.ginkgo.interleaving.control.Schedules;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The schedules find faults of known kinds, and no others. */
class SchedulesTest {
    private static final Schedules SCHEDULES = new Schedules();

    /** Two threads add to a number. */
    private abstract static class Counting implements ControlledScenario {
        int count;

        abstract void add();

        @Override
        public List<Action> actions() {
            return List.of(this::add, this::add);
        }

        @Override
        public void verify() {
            require(count == 2, "the count is " + count);
        }
    }

    private static final class UnguardedCounting extends Counting {
        @Override
        void add() {
            count++;
        }
    }

    private static final class SynchronizedCounting extends Counting {
        @Override
        synchronized void add() {
            count++;
        }
    }

    private static final class LockedCounting extends Counting {
        private final ReentrantLock lock = new ReentrantLock();

        @Override
        void add() {
            lock.lock();
            try {
                synchronized (this) {
                    count++;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Two threads acquire two locks in opposite order. */
    private static final class OppositeLocks implements ControlledScenario {
        private final Object left = new Object();
        private final Object right = new Object();
        private int acquired;

        @Override
        public List<Action> actions() {
            return List.of(() -> acquire(left, right), () -> acquire(right, left));
        }

        private void acquire(Object first, Object second) {
            synchronized (first) {
                synchronized (second) {
                    acquired++;
                }
            }
        }

        @Override
        public void verify() {
            require(acquired == 2, "acquired " + acquired);
        }
    }

    /** A thread looks at a flag, announces itself and waits, although the flag may have been set in between. */
    private static final class LostWakeUp implements ControlledScenario {
        private boolean set;
        private @Nullable Thread waiting;

        @Override
        public List<Action> actions() {
            return List.of(this::await, this::set);
        }

        private void await() {
            if (!set) {
                waiting = Thread.currentThread();
                LockSupport.parkNanos(Long.MAX_VALUE);
            }
        }

        private void set() {
            set = true;
            Thread thread = waiting;
            if (thread != null) {
                LockSupport.unpark(thread);
            }
        }

        @Override
        public void verify() {}
    }

    @Test
    @DisplayName("an update that is lost is found, each time in the same schedule")
    void findsALostUpdate() {
        AssertionError first = failure(UnguardedCounting.class);
        assertThat(first).hasMessageContaining("the count is 1").hasMessageContaining("SchedulesTest.java");
        assertThat(failure(UnguardedCounting.class)).hasMessage(first.getMessage());
    }

    @Test
    @DisplayName("locks acquired in opposite order are found as a deadlock, with the threads that wait")
    void findsOppositeLocks() {
        assertThat(failure(OppositeLocks.class))
                .hasMessageContaining("deadlock")
                .hasMessageContaining("action 1 at SchedulesTest.java")
                .hasMessageContaining("action 2 at SchedulesTest.java");
    }

    @Test
    @DisplayName("a wake-up that is lost is found as a deadlock")
    void findsALostWakeUp() {
        assertThat(failure(LostWakeUp.class)).hasMessageContaining("deadlock").hasMessageContaining("action 1");
    }

    @Test
    @DisplayName("updates under a lock or a monitor pass")
    void acceptsGuardedUpdates() throws Exception {
        SCHEDULES.check(SynchronizedCounting.class, 50);
        SCHEDULES.check(LockedCounting.class, 50);
    }

    private static AssertionError failure(Class<? extends ControlledScenario> scenario) {
        return catchThrowableOfType(AssertionError.class, () -> SCHEDULES.check(scenario, 0));
    }
}
