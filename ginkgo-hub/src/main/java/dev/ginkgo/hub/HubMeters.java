package dev.ginkgo.hub;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.metrics.LagSummary;
import dev.ginkgo.hub.metrics.LatencyHistogram;
import dev.ginkgo.hub.metrics.Metric;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Shows what a hub tells at {@code /-/metrics} in a Micrometer registry of the program's own, under the same names.
 *
 * <pre>{@code new HubMeters(hub).bindTo(registry);}</pre>
 *
 * <p>Nothing is counted for it: the registry asks the hub when it is asked itself, on its own thread. The delay from
 * publish to delivery has count and sum here; its histogram is on the page only. After a restart of the hub the
 * counters begin anew; before its first start there is nothing to tell, and each says 0 or NaN. Micrometer is an
 * optional dependency of the hub: the program brings it.
 */
@SuppressWarnings("exports") // Micrometer is optional, so the module does not require it transitively
public final class HubMeters implements MeterBinder {
    private final MessageHub hub;

    /** To be bound at any time, to any number of registries. */
    public HubMeters(MessageHub hub) {
        this.hub = requireNonNull(hub, "hub is null");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Metric metric : Metric.all()) {
            Tags tags = metric.reason().isEmpty() ? Tags.empty() : Tags.of(Tag.of("reason", metric.reason()));
            if (metric.isCounter()) {
                FunctionCounter.builder(metric.name(), hub, each -> value(each, metric))
                        .description(metric.help())
                        .tags(tags)
                        .register(registry);
            } else {
                Gauge.builder(metric.name(), hub, each -> value(each, metric))
                        .description(metric.help())
                        .tags(tags)
                        .register(registry);
            }
        }
        Gauge.builder(Metric.DEPTH, hub, each -> depth(each).total())
                .description(Metric.DEPTH_HELP)
                .register(registry);
        Gauge.builder(Metric.MAX_DEPTH, hub, each -> depth(each).max())
                .description(Metric.MAX_DEPTH_HELP)
                .register(registry);
        FunctionTimer.builder(
                        Metric.DELAY,
                        hub,
                        each -> delays(each).count(),
                        each -> delays(each).nanos(),
                        TimeUnit.NANOSECONDS)
                .description(Metric.DELAY_HELP)
                .register(registry);
    }

    private static double value(MessageHub hub, Metric metric) {
        try {
            return metric.value().applyAsDouble(hub.readings());
        } catch (HubRejectedException notStarted) {
            return metric.isCounter() ? 0 : Double.NaN;
        }
    }

    private static LatencyHistogram.Totals delays(MessageHub hub) {
        try {
            return hub.readings().counters().latencies();
        } catch (HubRejectedException notStarted) {
            return LatencyHistogram.total(List.of());
        }
    }

    private static LagSummary depth(MessageHub hub) {
        try {
            return hub.depth();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new LagSummary(0, 0);
        }
    }
}
