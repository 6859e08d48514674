package dev.ginkgo.internal.concurrent;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WaitQueueTest {
    private final TimeSource timeSource = TimeSource.system();
    private final WaitQueue queue = new WaitQueue();

    @Test
    void signalsAllWaitingThreads() throws InterruptedException {
        AtomicInteger value = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (int step = 1; step <= 1_000; step++) {
                    int expected = step;
                    queue.awaitUninterruptibly(
                            () -> value.get() >= expected ? true : null,
                            timeSource,
                            WaitQueue.deadlineAfter(timeSource, ofMinutes(1)));
                }
            }));
        }
        for (int i = 0; i < 1_000; i++) {
            value.incrementAndGet();
            queue.signal();
        }
        for (Thread thread : threads) {
            assertThat(thread.join(ofSeconds(30))).isTrue();
        }
    }

    @Test
    @DisplayName("T-21 a signal is not missed if the condition waits for a lock after it has read the state")
    void signalDuringTheCondition_isNotMissed() throws InterruptedException {
        AtomicBoolean changed = new AtomicBoolean();
        Thread waiting = Thread.ofVirtual()
                .start(() -> queue.awaitUninterruptibly(
                        () -> {
                            boolean read = changed.getAndSet(true);
                            if (!read) {
                                queue.signal();
                                LockSupport.park(); // as a lock that is held by another thread does
                            }
                            return read ? true : null;
                        },
                        timeSource,
                        WaitQueue.never(timeSource)));
        assertThat(waiting.join(ofSeconds(5))).isTrue();
    }

    @Test
    @DisplayName("T-37 a signal for one thread makes one of the waiting threads evaluate its condition")
    void signalOne_wakesOneThread() throws InterruptedException {
        // Given three waiting threads
        AtomicInteger evaluations = new AtomicInteger();
        AtomicBoolean end = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            threads.add(Thread.ofVirtual()
                    .start(() -> queue.awaitUninterruptibly(
                            () -> {
                                evaluations.incrementAndGet();
                                return end.get() ? true : null;
                            },
                            timeSource,
                            WaitQueue.never(timeSource))));
        }
        await().until(() -> evaluations.get() == 3 && allWait(threads));

        // When
        queue.signalOne();

        // Then
        await().until(() -> evaluations.get() > 3 && allWait(threads));
        assertThat(evaluations).hasValue(4);
        end.set(true);
        queue.signal();
        for (Thread thread : threads) {
            assertThat(thread.join(ofSeconds(30))).isTrue();
        }
    }

    private static boolean allWait(List<Thread> threads) {
        return threads.stream()
                .allMatch(thread ->
                        thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
    }

    @Test
    @DisplayName("T-37 a thread that is signalled when it has stopped waiting passes the signal on")
    void signalOne_isPassedOn() throws InterruptedException {
        for (int i = 0; i < 30; i++) { // either of the two threads may be the one that is signalled
            WaitQueue one = new WaitQueue();
            AtomicInteger evaluations = new AtomicInteger();
            AtomicBoolean changed = new AtomicBoolean();
            Thread waiting = Thread.ofVirtual()
                    .start(() -> one.awaitUninterruptibly(
                            () -> {
                                evaluations.incrementAndGet();
                                return changed.get() ? true : null;
                            },
                            timeSource,
                            WaitQueue.never(timeSource)));
            await().until(() -> evaluations.get() == 1);
            one.await(
                    () -> {
                        changed.set(true);
                        one.signalOne();
                        return true;
                    },
                    timeSource,
                    WaitQueue.never(timeSource));
            assertThat(waiting.join(ofSeconds(30))).isTrue();
        }
    }

    @Test
    void signalsTheThreadsOfItsParts() throws InterruptedException {
        AtomicBoolean changed = new AtomicBoolean();
        WaitQueue part = queue.part();
        Thread waiting = Thread.ofVirtual()
                .start(() -> part.awaitUninterruptibly(
                        () -> changed.get() ? true : null, timeSource, WaitQueue.never(timeSource)));
        await().until(() -> allWait(List.of(waiting)));
        changed.set(true);
        queue.signal();
        assertThat(waiting.join(ofSeconds(30))).isTrue();
    }

    @Test
    void returnsNull_whenTheDeadlinePassed() throws InterruptedException {
        FakeClock clock = new FakeClock();
        String found = queue.await(() -> null, clock, clock.nanos());
        assertThat(found).isNull();
    }

    @Test
    void returnsAnAvailableValue_whenInterrupted() throws InterruptedException {
        Thread.currentThread().interrupt();
        assertThat(queue.await(() -> "value", timeSource, WaitQueue.never(timeSource)))
                .isEqualTo("value");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void endsAtAnInterrupt_unlessUninterruptible() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> queue.await(() -> null, timeSource, WaitQueue.never(timeSource)))
                .isInstanceOf(InterruptedException.class);
        Thread.currentThread().interrupt();
        String found = queue.awaitUninterruptibly(
                () -> null, timeSource, WaitQueue.deadlineAfter(timeSource, Duration.ofMillis(1)));
        assertThat(found).isNull();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void convertsDurationsWithoutOverflow() {
        assertThat(WaitQueue.toNanos(ofSeconds(-1))).isZero();
        assertThat(WaitQueue.toNanos(Duration.ofDays(-365_000))).isZero();
        assertThat(WaitQueue.toNanos(Duration.ofDays(365_000))).isEqualTo(Long.MAX_VALUE / 2);
        assertThat(WaitQueue.never(timeSource) - timeSource.nanos()).isPositive();
    }
}
