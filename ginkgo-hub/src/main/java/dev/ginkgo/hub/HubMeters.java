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
 * Micrometer binder for the metrics of a hub, under the names that {@code /-/metrics} uses.
 *
 * <pre>{@code new HubMeters(hub).bindTo(registry);}</pre>
 *
 * <p>Adds no counting of its own: each meter reads the hub on the thread that polls the registry. Gauges that are read
 * within half a second show the state at the first of these reads. The delay from publish to delivery is bound as a count
 * and a sum; its histogram is available only at {@code /-/metrics}. Counters restart from zero when the hub restarts.
 * Before the first start, counters read 0 and gauges read NaN. Micrometer is an optional dependency of the hub; the
 * application provides it.
 */
@SuppressWarnings("exports") // Micrometer is optional, so the module does not require it transitively
public final class HubMeters implements MeterBinder {
    private final MessageHub hub;

    /** Creates a binder for a hub. It may be bound at any time and to any number of registries. */
    public HubMeters(MessageHub hub) {
        this.hub = requireNonNull(hub, "hub is null");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Metric metric : Metric.all()) {
            Tags tags = metric.reason().isEmpty() ? Tags.empty() : Tags.of(Tag.of("reason", metric.reason()));
            if (metric.isCounter()) {
                FunctionCounter.builder(metric.name(), hub, target -> value(target, metric))
                        .description(metric.help())
                        .tags(tags)
                        .register(registry);
            } else {
                Gauge.builder(metric.name(), hub, target -> value(target, metric))
                        .description(metric.help())
                        .tags(tags)
                        .register(registry);
            }
        }
        Gauge.builder(Metric.DEPTH, hub, target -> depth(target).total())
                .description(Metric.DEPTH_HELP)
                .register(registry);
        Gauge.builder(Metric.MAX_DEPTH, hub, target -> depth(target).max())
                .description(Metric.MAX_DEPTH_HELP)
                .register(registry);
        FunctionTimer.builder(
                        Metric.DELAY,
                        hub,
                        target -> delays(target).count(),
                        target -> delays(target).nanos(),
                        TimeUnit.NANOSECONDS)
                .description(Metric.DELAY_HELP)
                .register(registry);
    }

    private static double value(MessageHub hub, Metric metric) {
        try {
            return metric.value().applyAsDouble(hub.recentMetrics());
        } catch (HubRejectedException notStarted) {
            return metric.isCounter() ? 0 : Double.NaN;
        }
    }

    private static LatencyHistogram.Totals delays(MessageHub hub) {
        try {
            return hub.recentMetrics().counters().latencies();
        } catch (HubRejectedException notStarted) {
            return LatencyHistogram.total(List.of());
        }
    }

    private static LagSummary depth(MessageHub hub) {
        try {
            return hub.lag();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new LagSummary(0, 0);
        }
    }
}
