package dev.ginkgo.internal.concurrent;

import dev.ginkgo.interleaving.Scenario;
import dev.ginkgo.interleaving.StandingTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Waiting and waking in every interleaving. */
@Tag("long")
class WaitingTest {

    /** Two threads that wait for different values. */
    private static final class Signals extends Scenario {
        private final StandingTime time = new StandingTime();
        private final WaitQueue queue = new WaitQueue();
        private volatile int value;

        @Override
        protected Scenario newInstance() {
            return new Signals();
        }

        @Override
        protected void first() throws InterruptedException {
            await(1);
        }

        @Override
        protected void second() throws InterruptedException {
            await(2);
        }

        private void await(int expected) throws InterruptedException {
            Integer found = queue.await(() -> value >= expected ? value : null, time, WaitQueue.never(time));
            require(found != null && found >= expected, "the wait ended with " + found);
        }

        @Override
        protected void third() {
            value = 1;
            queue.signal();
            value = 2;
            queue.signal();
        }

        @Override
        protected int actions() {
            return 3;
        }
    }

    /** A thread that waits twice, and another one that wakes it twice. */
    private static final class WakeUps extends Scenario {
        private final WakeableTimer timer = new WakeableTimer(new StandingTime());
        private volatile int value;

        @Override
        protected Scenario newInstance() {
            return new WakeUps();
        }

        @Override
        protected void first() throws InterruptedException {
            while (value < 2) {
                timer.await(Duration.ofDays(1));
            }
        }

        @Override
        protected void second() {
            value = 1;
            timer.wake();
            value = 2;
            timer.wake();
        }
    }

    /** Two threads that add events. */
    private static final class Events extends Scenario {
        private final List<Thread> deliveries = new ArrayList<>(); // guarded by the monitor of the dispatcher
        private final List<String> delivered = new ArrayList<>(); // no lock: there is one delivery at a time
        private final EventDispatcher<String> dispatcher =
                new EventDispatcher<>(delivered::add, this::startDelivery, (event, e) -> {});

        private void startDelivery(Runnable task) {
            Thread delivery = new VisibleThread(task);
            deliveries.add(delivery);
            delivery.start();
        }

        @Override
        protected Scenario newInstance() {
            return new Events();
        }

        @Override
        protected void first() {
            dispatcher.add("a1");
            dispatcher.add("a2");
        }

        @Override
        protected void second() {
            dispatcher.add("b1");
        }

        @Override
        protected void verify() throws InterruptedException {
            for (Thread delivery : deliveries) {
                delivery.join();
            }
            require(
                    delivered.stream().sorted().toList().equals(List.of("a1", "a2", "b1"))
                            && delivered.indexOf("a1") < delivered.indexOf("a2"),
                    "delivered " + delivered);
        }
    }

    @Test
    @DisplayName("T-17 no interleaving of a change, its signal and the waiting threads loses a wake-up of a wait queue")
    void waitQueueLosesNoSignal() {
        Scenario.check(1_000, new Signals());
    }

    @Test
    @DisplayName("T-17 no interleaving loses the wake-up of a timer, also if it comes before the wait")
    void timerLosesNoWakeUp() {
        Scenario.check(500, new WakeUps());
    }

    @Test
    @DisplayName("T-17 every event reaches the observer once, in the order of each thread that adds events")
    void dispatcherDeliversEachEventOnce() {
        Scenario.check(500, new Events());
    }
}
