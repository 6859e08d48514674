package dev.ginkgo.internal.concurrent;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.time.TimeSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WakeableTimerTest {
    private final WakeableTimer timer = new WakeableTimer(TimeSource.system());

    @Test
    void returnsFalse_whenTheDeadlinePassed() throws InterruptedException {
        assertThat(timer.await(ofMillis(1))).isFalse();
    }

    @Test
    void remembersOneWakeUp_fromBeforeTheWait() throws InterruptedException {
        timer.wake();
        timer.wake();
        assertThat(timer.await(ofMinutes(1))).isTrue();
        assertThat(timer.await(ofMillis(1))).isFalse();
    }

    @Test
    void losesNoWakeUp_ofAnotherThread() throws InterruptedException {
        // Given a thread that increments a counter and wakes the thread that reads it
        AtomicInteger count = new AtomicInteger();
        Thread other = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < 10_000; i++) {
                count.incrementAndGet();
                timer.wake();
            }
        });
        // Then the reading thread sees the last value
        while (count.get() < 10_000) {
            assertThat(timer.await(ofMinutes(1))).isTrue();
        }
        other.join();
    }

    @Test
    void awaitsACondition() throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        assertThat(timer.await(ofMillis(1), done::get)).isFalse();
        Thread.ofVirtual().start(() -> {
            timer.wake(); // too early: the condition is still false
            done.set(true);
            timer.wake();
        });
        assertThat(timer.await(ofMinutes(1), done::get)).isTrue();
    }

    @Test
    void endsAtAnInterrupt() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> timer.await(ofMinutes(1))).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }
}
