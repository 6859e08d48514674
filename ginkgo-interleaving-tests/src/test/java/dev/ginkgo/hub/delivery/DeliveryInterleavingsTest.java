package dev.ginkgo.hub.delivery;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.connection.StreamConnection;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.interleaving.Scenario;
import dev.ginkgo.interleaving.StandingTime;
import io.netty.channel.EventLoop;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The wake-up of an event loop in every interleaving with the publishers. */
@Tag("long")
class DeliveryInterleavingsTest {

    /** The tasks of an event loop, which a thread of the scenario runs. */
    private static final class LoopTasks {
        private final Queue<Runnable> tasks = new ArrayDeque<>(); // guarded by this
        final EventLoop eventLoop = (EventLoop) Proxy.newProxyInstance(
                EventLoop.class.getClassLoader(), new Class<?>[] {EventLoop.class}, (proxy, method, args) -> {
                    return switch (method.getName()) {
                        case "execute" -> {
                            add((Runnable) requireNonNull(args)[0]);
                            yield null;
                        }
                        case "equals" -> requireNonNull(args)[0] instanceof EventLoop; // there is only one
                        case "hashCode" -> 1;
                        case "toString" -> "event loop";
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });

        private synchronized void add(Runnable task) {
            tasks.add(task);
            notifyAll();
        }

        private synchronized Runnable take() throws InterruptedException {
            while (tasks.isEmpty()) {
                wait();
            }
            return tasks.remove();
        }
    }

    /** Two publishers, and the loop of a subscriber that reads everything that was published. */
    private static final class Publishers extends Scenario {
        private final LoopTasks loop = new LoopTasks();
        private final AtomicInteger published = new AtomicInteger();
        private final DeliveryLoop deliveryLoop = new DeliveryLoop(
                loop.eventLoop, new StandingTime(), new Counters(), new PinnedMemory(() -> Long.MAX_VALUE));

        @SuppressWarnings("NullAway") // the encoded feed is not used: the subscriber reads the counter
        private final SubscriberGroup group = new SubscriberGroup(null, deliveryLoop);

        private final Reader reader = new Reader();

        private final class Reader extends LoopSubscriber {
            private int seen;

            @Override
            public void sendNext() {
                seen = published.get();
                group.addWaiting(this);
            }

            @Override
            public void heartbeat(long idleNanos) {}

            @Override
            public void closeIfStalled(long timeoutNanos) {}

            @Override
            public void closeIfPending(PinnedMemory.Pin write) {}

            @Override
            public StreamConnection connection() {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {}
        }

        Publishers() {
            group.addWaiting(reader);
        }

        @Override
        protected Scenario newInstance() {
            return new Publishers();
        }

        @Override
        protected int actions() {
            return 3;
        }

        @Override
        protected void first() {
            publish();
        }

        @Override
        protected void second() {
            publish();
        }

        private void publish() {
            published.incrementAndGet();
            group.appended();
            group.wake();
        }

        @Override
        protected void third() throws InterruptedException {
            while (reader.seen < 2) {
                loop.take().run();
            }
        }
    }

    @Test
    @DisplayName("T-20 no interleaving of publishers and an event loop leaves a message undelivered")
    void eventLoopMissesNoMessage() {
        Scenario.check(1_000, new Publishers());
    }
}
