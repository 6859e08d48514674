package dev.ginkgo.behaviour.supervision;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.Snapshot;
import dev.ginkgo.Supervision;
import dev.ginkgo.lifecycle.Leak;
import dev.ginkgo.lifecycle.Lifecycle;
import dev.ginkgo.lifecycle.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A service of a random tree: its hooks and tasks take random actions, and it records violations of the life cycle.
 */
final class RandomService extends Service {
    static final Duration START_TIMEOUT = Duration.ofMillis(60);
    static final Duration STOP_TIMEOUT = Duration.ofMillis(120);

    /** The records of all services of one schedule. */
    static final class Ledger {
        final List<String> violations = new CopyOnWriteArrayList<>();
        final List<Resource> resources = new CopyOnWriteArrayList<>();
        final AtomicInteger live = new AtomicInteger();
        volatile double failureRate;

        void violated(String what) {
            violations.add(what);
        }
    }

    /** A resource that must be closed exactly once. */
    record Resource(String owner, AtomicInteger closed) implements AutoCloseable {
        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    final Setting<Integer> left = setting("left", 0);
    final Setting<Integer> right = setting("right", 0);
    final String label;
    final List<RandomService> declared = new ArrayList<>();
    private final Ledger ledger;
    private final Random random;
    private final @Nullable RandomService parent;
    private final boolean hookBeforeChildren;
    private final AtomicReference<@Nullable String> runningHook = new AtomicReference<>();
    private volatile boolean started;

    RandomService(String label, @Nullable RandomService parent, Ledger ledger, long seed) {
        this.label = label;
        this.parent = parent;
        this.ledger = ledger;
        this.random = new Random(seed);
        this.hookBeforeChildren = chance(0.2);
        Lifecycle lifecycle = Lifecycle.standard().startTimeout(START_TIMEOUT).stopTimeout(STOP_TIMEOUT);
        lifecycle = hookBeforeChildren ? lifecycle.hookBeforeChildren() : lifecycle;
        lifecycle(chance(0.3) ? lifecycle.childrenInParallel() : lifecycle);
    }

    boolean chance(double p) {
        return random.nextDouble() < p;
    }

    void declare(String name, RandomService child, Supervision policy) {
        declared.add(add(name, child, policy));
    }

    void addNow(String name, RandomService child, Supervision policy) {
        add(name, child, policy);
    }

    void removeNow(RandomService child) {
        remove(child);
    }

    void failNow() {
        task("failing", () -> {
            throw new IllegalStateException(label + " fails on request");
        });
    }

    void changeReadiness(boolean ready) {
        if (!started) {
            return;
        }
        if (ready) {
            ready();
        } else {
            degraded("random");
        }
    }

    private void task(String name, dev.ginkgo.lifecycle.TaskBody taskBody) {
        spawn(name, () -> {
            ledger.live.incrementAndGet();
            try {
                taskBody.run();
            } finally {
                ledger.live.decrementAndGet();
            }
        });
    }

    private void hook(String name, dev.ginkgo.lifecycle.TaskBody taskBody) throws Exception {
        String other = runningHook.getAndSet(name);
        if (other != null) {
            ledger.violated(label + ": " + name + " started while " + other + " was running");
        }
        ledger.live.incrementAndGet();
        try {
            taskBody.run();
        } finally {
            ledger.live.decrementAndGet();
            runningHook.compareAndSet(name, null);
        }
    }

    private void act(String where) throws Exception {
        if (chance(0.4)) {
            sleep(Duration.ofNanos(random.nextInt(500_000)));
        }
        if (!chance(ledger.failureRate)) {
            return;
        }
        switch (random.nextInt(8)) {
            case 0, 1, 2, 3 -> throw new IllegalStateException(label + "." + where + " throws");
            case 4 -> throw new StackOverflowError(label + "." + where + " is deep");
            case 5, 6 -> sleep(Duration.ofDays(1)); // blocks until the interrupt
            default -> ignoreFirstInterrupt();
        }
    }

    /** Blocks until the second interrupt. The stop may report the task: two interrupts may arrive as one. */
    private void ignoreFirstInterrupt() throws InterruptedException {
        try {
            sleep(Duration.ofDays(1));
        } catch (InterruptedException first) {
            sleep(Duration.ofMillis(400)); // limited, so that it ends without a second interrupt
        }
    }

    /** Returns whether a leaked task is one that ignores interrupts on purpose. */
    static boolean isIntended(Leak leak) {
        return leak.stack().stream().anyMatch(frame -> frame.getMethodName().equals("ignoreFirstInterrupt"));
    }

    @Override
    protected void onStart() throws Exception {
        hook("onStart", () -> {
            started = false;
            RandomService owner = parent;
            if (owner != null) {
                State state = owner.status().state();
                if (state == State.STOPPED || state == State.NEW) {
                    ledger.violated(label + " starts under " + state + " " + owner.label);
                }
                if (owner.hookBeforeChildren
                        && !owner.started
                        && owner.status().state().isRunning()) {
                    ledger.violated(label + " starts before the hook of " + owner.label);
                }
            }
            for (int i = random.nextInt(3); i > 0; i--) {
                Resource resource = new Resource(label, new AtomicInteger());
                ledger.resources.add(resource);
                closeOnStop(resource);
            }
            for (int i = random.nextInt(3); i > 0; i--) {
                task("loop", this::loop);
            }
            if (chance(ledger.failureRate)) {
                Duration delay = Duration.ofNanos(random.nextInt(2_000_000));
                task("delayed-failure", () -> {
                    sleep(delay);
                    throw new IllegalStateException(label + " fails after a delay");
                });
            }
            if (chance(ledger.failureRate / 2)) {
                task("stop", this::stop);
            }
            if (chance(0.2)) {
                becomeReadyLater();
            }
            act("onStart");
            started = true;
            if (chance(0.1)) {
                degraded("from the start");
                act("onStart after degraded"); // here onStop may be next, and a reload must wait
            }
        });
    }

    /** Defers the readiness until the body of {@code onStart} has ended without an exception. */
    private void becomeReadyLater() {
        deferReady();
        boolean ready = chance(0.7);
        task("ready-later", () -> {
            while ("onStart".equals(runningHook.get())) {
                sleep(Duration.ofNanos(20_000));
            }
            if (!started) {
                return; // it failed, but the engine may not know yet: this call would make it a failure after readiness
            }
            if (ready) {
                ready();
            } else {
                degraded("ready later");
            }
        });
    }

    private void loop() throws InterruptedException {
        while (true) {
            Snapshot now = snapshot();
            if (!now.get(left).equals(now.get(right))) {
                ledger.violated(label + " read an inconsistent snapshot: " + now.get(left) + ", " + now.get(right));
            }
            sleep(Duration.ofMillis(1));
        }
    }

    @Override
    protected void onStop() throws Exception {
        hook("onStop", () -> {
            if (!started) {
                ledger.violated(label + ": onStop without a successful onStart before");
            }
            started = false;
            act("onStop");
        });
    }

    @Override
    protected void onReload() throws Exception {
        hook("onReload", () -> act("onReload"));
    }
}
