package dev.ginkgo;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.lifecycle.LifecycleCounters;
import dev.ginkgo.lifecycle.LifecycleCounters.Total;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Micrometer binder for the life cycle of a tree.
 *
 * <pre>{@code new GinkgoMeters(ginkgo).bindTo(registry);}</pre>
 *
 * <p>The meters cover the whole tree, and have no tag for a service, so that their number does not grow with the tree;
 * {@link Ginkgo#status()} and the events of Java Flight Recorder have the details.
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>name</th><th>type</th><th>tag</th></tr>
 * <tr><td>{@code ginkgo.service.starts}</td><td>timer</td><td>{@code result}: ready, failed</td></tr>
 * <tr><td>{@code ginkgo.service.stops}</td><td>timer</td><td>{@code result}: clean, unclean</td></tr>
 * <tr><td>{@code ginkgo.service.restarts}</td><td>timer</td><td>{@code result}: ready, failed</td></tr>
 * <tr><td>{@code ginkgo.reloads}</td><td>timer</td><td>{@code result}: applied, rejected</td></tr>
 * <tr><td>{@code ginkgo.task.failures}</td><td>counter</td><td></td></tr>
 * <tr><td>{@code ginkgo.tasks}</td><td>gauge</td><td></td></tr>
 * <tr><td>{@code ginkgo.services}</td><td>gauge</td><td>{@code state}: ready, degraded, failed, …</td></tr>
 * </table>
 *
 * <p>Adds no counting of its own: each meter reads {@link Ginkgo#counters()} or {@link Ginkgo#status()} on the thread
 * that polls the registry. Timers have a count and a sum, and no histogram. Micrometer is an optional dependency of the
 * core; the application provides it.
 */
@SuppressWarnings("exports") // Micrometer is optional, so the module does not require it transitively
public final class GinkgoMeters implements MeterBinder {
    private final Ginkgo ginkgo;

    /** Creates a binder for a running tree. It may be bound at any time and to any number of registries. */
    public GinkgoMeters(Ginkgo ginkgo) {
        this.ginkgo = requireNonNull(ginkgo, "ginkgo is null");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        String starts = "Starts of services, with their children";
        timer(registry, "ginkgo.service.starts", "ready", starts, LifecycleCounters::starts);
        timer(registry, "ginkgo.service.starts", "failed", starts, LifecycleCounters::failedStarts);
        String stops = "Stops of services, with their children";
        timer(registry, "ginkgo.service.stops", "clean", stops, LifecycleCounters::stops);
        timer(registry, "ginkgo.service.stops", "unclean", stops, LifecycleCounters::uncleanStops);
        String restarts = "Restarts of services by their supervision, from the failure on";
        timer(registry, "ginkgo.service.restarts", "ready", restarts, LifecycleCounters::restarts);
        timer(registry, "ginkgo.service.restarts", "failed", restarts, LifecycleCounters::failedRestarts);
        String reloads = "Reloads of the settings";
        timer(registry, "ginkgo.reloads", "applied", reloads, LifecycleCounters::reloads);
        timer(registry, "ginkgo.reloads", "rejected", reloads, LifecycleCounters::rejectedReloads);
        FunctionCounter.builder(
                        "ginkgo.task.failures", ginkgo, tree -> tree.counters().taskFailures())
                .description("Exceptions that escaped a task of a running service")
                .register(registry);
        Gauge.builder("ginkgo.tasks", ginkgo, tree -> tree.tasks().size())
                .description("Running tasks")
                .register(registry);
        for (State state : State.values()) {
            Gauge.builder("ginkgo.services", ginkgo, tree -> count(tree.status(), state))
                    .description("Services in a state")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    private void timer(
            MeterRegistry registry,
            String name,
            String result,
            String description,
            Function<LifecycleCounters, Total> value) {
        FunctionTimer.builder(
                        name,
                        ginkgo,
                        tree -> value.apply(tree.counters()).count(),
                        tree -> value.apply(tree.counters()).time().toNanos(),
                        TimeUnit.NANOSECONDS)
                .description(description)
                .tag("result", result)
                .register(registry);
    }

    private static int count(Status status, State state) {
        int below = status.children().stream()
                .mapToInt(child -> count(child, state))
                .sum();
        return below + (status.state() == state ? 1 : 0);
    }
}
