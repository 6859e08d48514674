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

/** One random tree, one random run of several threads over it, and what must hold at the end; all from one seed. */
final class RandomSchedule {
    private final long seed;
    private final Random random;
    private final RandomService.Ledger ledger = new RandomService.Ledger();
    private final List<RandomService> services = new CopyOnWriteArrayList<>();
    private final List<Ginkgo> trees = new CopyOnWriteArrayList<>();
    private final List<Supplier<List<Thread>>> tasks = new CopyOnWriteArrayList<>();
    private final List<List<StateChange>> histories = new CopyOnWriteArrayList<>();
    private final List<Thread> drivers = new CopyOnWriteArrayList<>();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger names = new AtomicInteger();
    private final RandomService root;

    /** The machine's time, which gets the tasks of each tree before it starts, so that a start that hangs can be examined. */
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

    RandomSchedule(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
        ledger.trouble = random.nextBoolean() ? 0.02 : 0.1;
        root = wild(null);
        for (int i = random.nextInt(12); i > 0; i--) {
            RandomService above = services.get(random.nextInt(services.size()));
            RandomService child = wild(above);
            above.declare(child.label, child, policy(random));
        }
    }

    private RandomService wild(@org.jspecify.annotations.Nullable RandomService above) {
        RandomService made = new RandomService("s" + names.incrementAndGet(), above, ledger, random.nextLong());
        services.add(made);
        return made;
    }

    private static Supervision policy(Random dice) {
        Supervision policy = switch (dice.nextInt(5)) {
            case 0 -> Supervision.escalate();
            case 1, 2 -> Supervision.restart();
            case 3 -> Supervision.restartAll();
            default -> Supervision.restartRest();
        };
        return policy.backoff(Duration.ZERO, Duration.ofMillis(dice.nextInt(4)))
                .atMost(dice.nextInt(6), Duration.ofMinutes(1));
    }

    /** Runs it to its end, and gives back what was wrong. */
    List<String> run() throws InterruptedException {
        start();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            Random dice = new Random(random.nextLong());
            drivers.add(Thread.ofVirtual().name("driver " + i).start(() -> drive(dice)));
        }
        for (Thread driver : drivers) {
            driver.join();
        }
        try {
            root.stop();
        } catch (StopException e) {
            e.leaks().forEach(leak -> told.add("leak: " + leak)); // a starved machine may leave deaf ones behind
        }
        root.awaitStopped();
        check();
        return told.isEmpty() ? ledger.violations : concat(ledger.violations, told);
    }

    private static List<String> concat(List<String> a, List<String> b) {
        List<String> all = new ArrayList<>(a);
        if (!a.isEmpty()) {
            all.addAll(b);
        }
        return all;
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
            // a part of the game
        }
    }

    private void drive(Random dice) {
        for (int step = 1 + dice.nextInt(6); step > 0; step--) {
            LockSupport.parkNanos(dice.nextInt(700_000));
            RandomService target = services.get(dice.nextInt(services.size()));
            try {
                step(dice, target);
            } catch (IllegalStateException
                    | IllegalArgumentException
                    | StopException
                    | StartException
                    | ConfigException e) {
                // a part of the game
            } catch (RuntimeException e) {
                ledger.violated("a driver met " + e + " at " + Arrays.toString(e.getStackTrace()));
            }
        }
    }

    private void step(Random dice, RandomService target) {
        switch (dice.nextInt(12)) {
            case 0, 1, 2 -> target.failNow();
            case 3 -> target.stop();
            case 4, 5 -> reload(dice);
            case 6, 7 -> {
                RandomService child = new RandomService("s" + names.incrementAndGet(), target, ledger, dice.nextLong());
                services.add(child);
                target.addNow(child.label, child, policy(dice));
            }
            case 8 -> services.get(dice.nextInt(services.size())).removeNow(target);
            case 9 -> target.wobble(dice.nextBoolean());
            case 10 -> start();
            default -> {
                if (dice.nextInt(3) == 0) {
                    root.stop();
                } else {
                    target.failNow();
                }
            }
        }
    }

    private void reload(Random dice) {
        if (!trees.isEmpty()) {
            int value = dice.nextInt(1_000);
            StringBuilder toml = new StringBuilder("left = " + value + "\nright = " + value + "\n");
            tables("", root, value, toml);
            trees.getLast().reload(Configuration.empty().text("schedule", toml.toString()));
        }
    }

    private static void tables(String prefix, RandomService of, int value, StringBuilder into) {
        for (RandomService child : of.declared) {
            String key = prefix + child.label;
            into.append("[" + key + "]\nleft = " + value + "\nright = " + value + "\n");
            tables(key + ".", child, value, into);
        }
    }

    private void check() {
        await("hooks or tasks are left", () -> ledger.live.get() == 0);
        await(
                "the trees list tasks",
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
                ledger.violated("after " + before + " came " + change);
            }
            if (!change.from().canBecome(change.to())) {
                ledger.violated("not a step: " + change);
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
                ledger.violated("the last that was told of " + path + " is " + state);
            }
        });
    }

    private static String parentOf(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    private void await(String otherwise, java.util.function.BooleanSupplier done) {
        for (int i = 0; i < 3_000; i++) {
            if (done.getAsBoolean()) {
                return;
            }
            LockSupport.parkNanos(1_000_000);
        }
        ledger.violated(otherwise + dump());
    }

    /** Where every thread of this schedule is. */
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
