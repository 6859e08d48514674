package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.time.TimeSource;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EventSelectorTest {
    private static final int ROUNDS = 5_000;
    private static final long FOREVER = 60_000;

    @Test
    @DisplayName("H-04 no wake-up is lost, whether the event loop sleeps, is about to, or is awake")
    void everyWakeUp_isFollowedByLookForWork() throws Exception {
        try (EventSelector selector = new EventSelector(TimeSource.system())) {
            AtomicLong work = new AtomicLong();
            Phaser rendezvous = new Phaser(2);
            Thread waker = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                    rendezvous.arriveAndAwaitAdvance();
                    work.incrementAndGet();
                    selector.wake();
                }
            });
            for (int i = 1; i <= ROUNDS; i++) {
                // Given an event loop that goes to sleep at the same time as there is work
                rendezvous.arriveAndAwaitAdvance();

                // Then it wakes up, and sees the work: a lost wake-up would take a minute
                while (work.get() < i) {
                    selector.select(FOREVER);
                }
            }
            waker.join();
            assertThat(selector.interrupts()).isLessThanOrEqualTo(ROUNDS);
        }
    }

    @Test
    @DisplayName("K-75 wake-ups of an event loop that is awake make no system call")
    void awakeEventLoop_isNotInterrupted() throws Exception {
        try (EventSelector selector = new EventSelector(TimeSource.system())) {
            for (int i = 0; i < 1_000; i++) {
                selector.wake();
            }
            selector.select(FOREVER);
            assertThat(selector.interrupts()).isZero();
        }
    }
}
