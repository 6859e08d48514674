package dev.ginkgo.behaviour.supervision;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Supervision;
import dev.ginkgo.config.ConfigException;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StateChange;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A random tree, a random run of several threads on it, and the final checks; all derived from one seed. */
final class RandomSchedule {
    private final long seed;
    private final Random random;
    private final RandomService.Ledger ledger = new RandomService.Ledger();
    private final List<RandomService> services = new CopyOnWriteArrayList<>();
    private final List<Ginkgo> trees = new CopyOnWriteArrayList<>();
    private final List<Supplier<List<Thread>>> tasks = new CopyOnWriteArrayList<>();
    private final List<List<StateChange>> histories = new CopyOnWriteArrayList<>();
    private final List<Thread> drivers = new CopyOnWriteArrayList<>();
    private final List<String> leaks = new CopyOnWriteArrayList<>();
    private final StallMeter stallMeter;
    private final AtomicInteger names = new AtomicInteger();
    private final RandomService root;

    /**
     * The system time; it also collects the tasks of each tree before its start, so that a start that hangs can be
     * examined.
     */
    private final TimeSource timeSource = new TimeSource() {
        @Override
        public Instant now() {
            return TimeSource.system().now();
        }

        @Override
        public long nanos() {
            return TimeSource.system().nanos();
        }

        @Override
        public void park(long deadline) {
            TimeSource.system().park(deadline);
        }

        @Override
        public void unpark(Thread thread) {
            TimeSource.system().unpark(thread);
        }

        @Override
        public void onTreeStart(Supplier<List<Thread>> treeTasks) {
            tasks.add(treeTasks);
        }
    };

    RandomSchedule(long seed, StallMeter stallMeter) {
        this.stallMeter = stallMeter;
        this.seed = seed;
        this.random = new Random(seed);
        ledger.failureRate = random.nextBoolean() ? 0.02 : 0.1;
        root = randomService(null);
        for (int i = random.nextInt(12); i > 0; i--) {
            RandomService parent = services.get(random.nextInt(services.size()));
            RandomService child = randomService(parent);
            parent.declare(child.label, child, policy(random));
        }
    }

    private RandomService randomService(@org.jspecify.annotations.Nullable RandomService parent) {
        RandomService created = new RandomService("s" + names.incrementAndGet(), parent, ledger, random.nextLong());
        services.add(created);
        return created;
    }

    private static Supervision policy(Random threadRandom) {
        Supervision policy = switch (threadRandom.nextInt(5)) {
            case 0 -> Supervision.escalate();
            case 1, 2 -> Supervision.restart();
            case 3 -> Supervision.restartAll();
            default -> Supervision.restartRest();
        };
        return policy.backoff(Duration.ZERO, Duration.ofMillis(threadRandom.nextInt(4)))
                .atMost(threadRandom.nextInt(6), Duration.ofMinutes(1));
    }

    /** Runs the schedule. Returns the violations. */
    List<String> run() throws InterruptedException {
        long startedAt = TimeSource.system().nanos();
        start();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            Random threadRandom = new Random(random.nextLong());
            drivers.add(Thread.ofVirtual().name("driver " + i).start(() -> drive(threadRandom)));
        }
        for (Thread driver : drivers) {
            driver.join();
        }
        try {
            root.stop();
        } catch (StopException e) {
            e.leaks().stream()
                    .filter(leak -> !RandomService.isIntended(leak))
                    .forEach(leak -> leaks.add("leak: " + leak));
        }
        root.awaitStopped();
        check();
        if (ledger.violations.isEmpty() && stallMeter.hasStalledSince(startedAt)) {
            leaks.clear(); // on a machine that stalls, tasks may exceed the deadline
        }
        return List.copyOf(ledger.violations);
    }

    /** Returns the tasks that were still running after the deadline of the last stop. */
    List<String> leaks() {
        return leaks;
    }

    private void start() {
        List<StateChange> history = new CopyOnWriteArrayList<>();
        try {
            Ginkgo.Builder builder = Ginkgo.of(root)
                    .name("s1")
                    .time(timeSource)
                    .random(new Random(seed))
                    .onStateChange(history::add);
            histories.add(history);
            trees.add(builder.start());
        } catch (StartException | IllegalStateException e) {
            // expected in a random run
        }
    }

    private void drive(Random threadRandom) {
        for (int step = 1 + threadRandom.nextInt(6); step > 0; step--) {
            LockSupport.parkNanos(threadRandom.nextInt(700_000));
            RandomService target = services.get(threadRandom.nextInt(services.size()));
            try {
                step(threadRandom, target);
            } catch (IllegalStateException
                    | IllegalArgumentException
                    | StopException
                    | StartException
                    | ConfigException e) {
                // expected in a random run
            } catch (RuntimeException e) {
                ledger.violated("a driver thread got " + e + " at " + Arrays.toString(e.getStackTrace()));
            }
        }
    }

    private void step(Random threadRandom, RandomService target) {
        switch (threadRandom.nextInt(12)) {
            case 0, 1, 2 -> target.failNow();
            case 3 -> target.stop();
            case 4, 5 -> reload(threadRandom);
            case 6, 7 -> {
                RandomService child =
                        new RandomService("s" + names.incrementAndGet(), target, ledger, threadRandom.nextLong());
                services.add(child);
                target.addNow(child.label, child, policy(threadRandom));
            }
            case 8 -> services.get(threadRandom.nextInt(services.size())).removeNow(target);
            case 9 -> target.changeReadiness(threadRandom.nextBoolean());
            case 10 -> start();
            default -> {
                if (threadRandom.nextInt(3) == 0) {
                    root.stop();
                } else {
                    target.failNow();
                }
            }
        }
    }

    private void reload(Random threadRandom) {
        if (!trees.isEmpty()) {
            int value = threadRandom.nextInt(1_000);
            StringBuilder toml = new StringBuilder("left = " + value + "\nright = " + value + "\n");
            tables("", root, value, toml);
            trees.getLast().reload(Configuration.empty().text("schedule", toml.toString()));
        }
    }

    private static void tables(String prefix, RandomService service, int value, StringBuilder into) {
        for (RandomService child : service.declared) {
            String key = prefix + child.label;
            into.append("[" + key + "]\nleft = " + value + "\nright = " + value + "\n");
            tables(key + ".", child, value, into);
        }
    }

    private void check() {
        await("hooks or tasks are still running", () -> ledger.live.get() == 0);
        await(
                "the trees still list tasks",
                () -> tasks.stream().allMatch(threads -> threads.get().isEmpty()));
        for (RandomService service : services) {
            Status status = service.status();
            if (status.state() != State.NEW && status.state() != State.STOPPED && status.state() != State.FAILED) {
                ledger.violated(status.path() + " is " + status.state());
            }
            if (status.tasks() != 0 || status.nextRestartIn().isPresent()) {
                ledger.violated(status.path() + " has tasks, or waits for a restart: " + status);
            }
        }
        ledger.resources.stream()
                .filter(resource -> resource.closed().get() != 1)
                .forEach(resource -> ledger.violated(resource + " was not closed exactly once"));
        histories.forEach(this::check);
    }

    private void check(List<StateChange> history) {
        Map<String, State> now = new HashMap<>();
        for (StateChange change : history) {
            State before = now.put(change.path(), change.to());
            if (before != null && before != change.from()) {
                ledger.violated("change after state " + before + ": " + change);
            }
            if (!change.from().canBecome(change.to())) {
                ledger.violated("transition not allowed: " + change);
            }
            if (change.to() == State.STARTING) {
                State parent = change.path().contains("/") ? now.get(parentOf(change.path())) : State.STARTING;
                if (parent == null || !(parent == State.STARTING || parent.isRunning())) {
                    ledger.violated(change + " under a parent that is " + parent);
                }
            }
            if (change.to() == State.STOPPED) {
                now.forEach((path, state) -> {
                    if (path.startsWith(change.path() + "/") && state != State.STOPPED && state != State.FAILED) {
                        ledger.violated(change + " while " + path + " is " + state);
                    }
                });
            }
        }
        now.forEach((path, state) -> {
            if (state != State.STOPPED && state != State.FAILED) {
                ledger.violated("the last reported state of " + path + " is " + state);
            }
        });
    }

    private static String parentOf(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    private void await(String violation, java.util.function.BooleanSupplier condition) {
        for (int i = 0; i < 3_000; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            LockSupport.parkNanos(1_000_000);
        }
        ledger.violated(violation + dump());
    }

    /** Returns the stack traces of all threads of this schedule. */
    String dump() {
        List<Thread> threads = new ArrayList<>(drivers);
        tasks.forEach(treeTasks -> threads.addAll(treeTasks.get()));
        return "\n" + root.status()
                + threads.stream()
                        .map(thread -> "\n" + thread
                                + Arrays.stream(thread.getStackTrace())
                                        .map(frame -> "\n    at " + frame)
                                        .collect(Collectors.joining()))
                        .collect(Collectors.joining());
    }
}
