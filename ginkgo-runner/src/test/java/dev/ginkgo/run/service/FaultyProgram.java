package dev.ginkgo.run.service;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.Supervision;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.config.Address;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.net.tcp.TcpClient;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Program of which several services have a fault, and others get one later. */
final class FaultyProgram extends Service {
    static final Duration HOUR = Duration.ofHours(1);

    final Setting<Integer> size = setting("size", 5).between(1, 100).onChange((old, now) -> {
        if (now == 13) {
            throw new IllegalStateException("13 does not fit");
        }
    });
    final Setting<Integer> lanes = setting("lanes", 2).restartRequired();
    final Cluster cluster = add("cluster", new Cluster());
    final MessageHub hub = add("hub", new MessageHub(cluster));
    final TcpClient orders = add("orders", new TcpClient(() -> Address.of("127.0.0.1:1"), _ -> {}));
    final Flapping flapping =
            add("flapping", new Flapping(), Supervision.restart().backoff(Duration.ofMillis(1), Duration.ofMillis(1)));
    final Broken broken = add("broken", new Broken(), Supervision.restart().backoff(HOUR, HOUR));
    final Idle paused = add("paused", new Idle());
    final Leaking leaking = add("leaking", new Leaking());
    final Stuck stuck = add("stuck", new Stuck());
    private final AtomicBoolean released = new AtomicBoolean();

    /** Lets the services fail that are restarted, and adds one that hangs in its start. */
    void plant() {
        flapping.planted.countDown();
        broken.planted.countDown();
        spawn("grow", () -> add("hanging", new Hanging())); // a task, because it waits for the start
    }

    /** Keeps every carrier thread busy until {@link #release} is called. */
    void spin() {
        for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
            spawn("spin", () -> {
                while (!released.get()) {
                    Thread.onSpinWait();
                }
            });
        }
    }

    /** Ends the tasks that ignore an interrupt. */
    void release() {
        released.set(true);
        leaking.released.countDown();
    }

    /** Fails soon after each of its first starts. */
    static final class Flapping extends Service {
        private final CountDownLatch planted = new CountDownLatch(1);
        private final AtomicInteger starts = new AtomicInteger();

        @Override
        protected void onStart() {
            if (starts.incrementAndGet() <= 3) {
                spawn("read", () -> {
                    planted.await();
                    throw new IllegalStateException("the queue is closed");
                });
            }
        }
    }

    /** Fails once, and is not restarted within the hour. */
    static final class Broken extends Service {
        private final CountDownLatch planted = new CountDownLatch(1);

        @Override
        protected void onStart() {
            spawn("import", () -> {
                planted.await();
                throw new IllegalStateException("no such table: orders");
            });
        }
    }

    static final class Idle extends Service {}

    static final class Hanging extends Service {
        @Override
        protected void onStart() throws InterruptedException {
            waitForDatabase();
        }

        private void waitForDatabase() throws InterruptedException {
            new CountDownLatch(1).await();
        }
    }

    /** Has a task that waits for ever. */
    static final class Stuck extends Service {
        @Override
        protected void onStart() {
            spawn("sync", this::waitForLock);
        }

        private void waitForLock() throws InterruptedException {
            new CountDownLatch(1).await();
        }
    }

    /** Has a task that ignores the interrupt of a stop. */
    static final class Leaking extends Service {
        private final CountDownLatch released = new CountDownLatch(1);

        Leaking() {
            lifecycle(Lifecycle.standard().stopTimeout(Duration.ofMillis(50)));
        }

        @Override
        protected void onStart() {
            spawn("convert", this::ignoreInterrupts);
        }

        private void ignoreInterrupts() {
            while (released.getCount() > 0) {
                try {
                    released.await();
                } catch (InterruptedException e) {
                    // ignored, as a task of a library may do
                }
            }
        }
    }
}
