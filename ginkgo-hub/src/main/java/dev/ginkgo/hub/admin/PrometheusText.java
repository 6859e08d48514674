package dev.ginkgo.hub.admin;

import dev.ginkgo.hub.metrics.LagSummary;
import dev.ginkgo.hub.metrics.LatencyHistogram;
import dev.ginkgo.hub.metrics.Metric;
import dev.ginkgo.hub.metrics.MetricsSnapshot;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Formats the metrics of a hub in the Prometheus text format 0.0.4. */
final class PrometheusText {
    static final String TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private PrometheusText() {}

    static byte[] format(MetricsSnapshot metricsSnapshot, LagSummary lagSummary) {
        Map<String, List<Metric>> families = new LinkedHashMap<>();
        Metric.all()
                .forEach(each -> families.computeIfAbsent(each.name(), _ -> new ArrayList<>())
                        .add(each));
        List<MetricSnapshot> snapshots = new ArrayList<>();
        families.values().forEach(family -> snapshots.add(family(family, metricsSnapshot)));
        snapshots.add(gauge(Metric.DEPTH, Metric.DEPTH_HELP, lagSummary.total()));
        snapshots.add(gauge(Metric.MAX_DEPTH, Metric.MAX_DEPTH_HELP, lagSummary.max()));
        snapshots.add(latencies(metricsSnapshot.counters().latencies()));
        ByteArrayOutputStream text = new ByteArrayOutputStream(4096);
        try {
            PrometheusTextFormatWriter.create().write(text, new MetricSnapshots(snapshots));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toByteArray();
    }

    private static MetricSnapshot family(List<Metric> family, MetricsSnapshot metricsSnapshot) {
        Metric first = family.getFirst();
        if (!first.isCounter()) {
            return gauge(first.name(), first.help(), first.value().applyAsDouble(metricsSnapshot));
        }
        CounterSnapshot.Builder counter =
                CounterSnapshot.builder().name(name(first.name())).help(first.help());
        for (Metric each : family) {
            counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(each.reason().isEmpty() ? Labels.EMPTY : Labels.of("reason", each.reason()))
                    .value(each.value().applyAsDouble(metricsSnapshot))
                    .build());
        }
        return counter.build();
    }

    private static MetricSnapshot gauge(String name, String help, Number value) {
        return GaugeSnapshot.builder()
                .name(name(name))
                .help(help)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(value.doubleValue())
                        .build())
                .build();
    }

    private static MetricSnapshot latencies(LatencyHistogram.Totals latencies) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        List<Double> bounds = LatencyHistogram.bucketBoundsInSeconds();
        for (int i = 0; i < latencies.buckets().size(); i++) {
            buckets.bucket(
                    i < bounds.size() ? bounds.get(i) : Double.POSITIVE_INFINITY,
                    latencies.buckets().get(i));
        }
        return HistogramSnapshot.builder()
                .name(name(Metric.DELAY) + "_seconds")
                .unit(Unit.SECONDS)
                .help(Metric.DELAY_HELP)
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(buckets.build())
                        .sum(latencies.nanos() / 1e9)
                        .build())
                .build();
    }

    private static String name(String dotted) {
        return dotted.replace('.', '_');
    }
}
