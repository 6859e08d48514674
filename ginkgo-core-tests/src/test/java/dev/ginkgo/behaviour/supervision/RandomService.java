package dev.ginkgo.behaviour.supervision;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.Snapshot;
import dev.ginkgo.Supervision;
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

/** A service of a random tree: its hooks and tasks do what the dice say, and it keeps books on what is done to it. */
final class RandomService extends Service {
    static final Duration START_TIMEOUT = Duration.ofMillis(60);
    static final Duration STOP_TIMEOUT = Duration.ofMillis(120);

    /** What was done to one schedule's services. */
    static final class Ledger {
        final List<String> violations = new CopyOnWriteArrayList<>();
        final List<Resource> resources = new CopyOnWriteArrayList<>();
        final AtomicInteger live = new AtomicInteger();
        volatile double trouble;

        void violated(String what) {
            violations.add(what);
        }
    }

    /** Something that must be closed exactly once. */
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
    private final @Nullable RandomService above;
    private final boolean hookFirst;
    private final AtomicReference<@Nullable String> inHook = new AtomicReference<>();
    private volatile boolean started;

    RandomService(String label, @Nullable RandomService above, Ledger ledger, long seed) {
        this.label = label;
        this.above = above;
        this.ledger = ledger;
        this.random = new Random(seed);
        this.hookFirst = chance(0.2);
        Lifecycle lifecycle = Lifecycle.standard().startTimeout(START_TIMEOUT).stopTimeout(STOP_TIMEOUT);
        lifecycle(hookFirst ? lifecycle.hookBeforeChildren() : lifecycle);
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
            throw new IllegalStateException(label + " was told to fail");
        });
    }

    void wobble(boolean up) {
        if (!started) {
            return;
        }
        if (up) {
            ready();
        } else {
            degraded("wobbles");
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
        String other = inHook.getAndSet(name);
        if (other != null) {
            ledger.violated(label + ": " + name + " began while " + other + " ran");
        }
        ledger.live.incrementAndGet();
        try {
            taskBody.run();
        } finally {
            ledger.live.decrementAndGet();
            inHook.compareAndSet(name, null);
        }
    }

    private void act(String where) throws Exception {
        if (chance(0.4)) {
            sleep(Duration.ofNanos(random.nextInt(500_000)));
        }
        if (!chance(ledger.trouble)) {
            return;
        }
        switch (random.nextInt(8)) {
            case 0, 1, 2, 3 -> throw new IllegalStateException(label + "." + where + " throws");
            case 4 -> throw new StackOverflowError(label + "." + where + " is deep");
            case 5, 6 -> sleep(Duration.ofDays(1)); // blocks until it is interrupted
            default -> { // deaf to the first interrupt
                try {
                    sleep(Duration.ofDays(1));
                } catch (InterruptedException first) {
                    sleep(Duration.ofMillis(400)); // two interrupts may have fallen into one
                }
            }
        }
    }

    @Override
    protected void onStart() throws Exception {
        hook("onStart", () -> {
            started = false;
            RandomService parent = above;
            if (parent != null) {
                State state = parent.status().state();
                if (state == State.STOPPED || state == State.NEW) {
                    ledger.violated(label + " starts under " + state + " " + parent.label);
                }
                if (parent.hookFirst
                        && !parent.started
                        && parent.status().state().isRunning()) {
                    ledger.violated(label + " starts before the hook of " + parent.label);
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
            if (chance(ledger.trouble)) {
                Duration delay = Duration.ofNanos(random.nextInt(2_000_000));
                task("bomb", () -> {
                    sleep(delay);
                    throw new IllegalStateException(label + " explodes");
                });
            }
            if (chance(ledger.trouble / 2)) {
                task("suicide", this::stop);
            }
            act("onStart");
            started = true;
        });
        if (chance(0.1)) {
            degraded("from the start"); // what onStart did after this, it would do as a task
        }
    }

    private void loop() throws InterruptedException {
        while (true) {
            Snapshot now = snapshot();
            if (!now.get(left).equals(now.get(right))) {
                ledger.violated(label + " saw a torn pair: " + now.get(left) + ", " + now.get(right));
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
