package dev.ginkgo.hub.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * Histogram of the delivery latency, from publish to the socket of a subscriber. Each write is one sample: the age of
 * its oldest message.
 *
 * <p>Recording a sample increments one bucket; everything else is computed when the histogram is read.
 */
public final class LatencyHistogram {
    /** Upper bounds in nanoseconds: 1, 2.5 and 5 of each decade from 100 µs to 10 s. */
    private static final long[] BOUNDS = bounds();

    private final SingleWriterCounter[] buckets = new SingleWriterCounter[BOUNDS.length + 1];
    private final SingleWriterCounter nanos = new SingleWriterCounter();

    /**
     * Samples of all loops.
     *
     * @param buckets number of samples in each bucket: above the previous bound, up to its own; the last has no bound
     * @param nanos sum of the samples in nanoseconds
     */
    public record Totals(List<Long> buckets, long nanos) {
        public Totals {
            buckets = List.copyOf(buckets);
        }

        public long count() {
            return buckets.stream().mapToLong(Long::longValue).sum();
        }
    }

    LatencyHistogram() {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new SingleWriterCounter();
        }
    }

    /** Records a sample in nanoseconds. Called only by the thread of the loop. */
    void record(long sample) {
        int bucket = 0;
        while (bucket < BOUNDS.length && sample > BOUNDS[bucket]) {
            bucket++;
        }
        buckets[bucket].increment();
        nanos.add(sample);
    }

    /** Adds up the histograms of several loops. Any thread. */
    public static Totals total(List<LatencyHistogram> all) {
        List<Long> buckets = new ArrayList<>();
        for (int i = 0; i <= BOUNDS.length; i++) {
            int bucket = i;
            buckets.add(
                    all.stream().mapToLong(each -> each.buckets[bucket].sum()).sum());
        }
        return new Totals(
                buckets, all.stream().mapToLong(each -> each.nanos.sum()).sum());
    }

    /** Returns the upper bounds, in seconds, of all buckets except the last, which has none. */
    public static List<Double> bucketBoundsInSeconds() {
        List<Double> seconds = new ArrayList<>();
        for (long bound : BOUNDS) {
            seconds.add(bound / 1e9);
        }
        return seconds;
    }

    private static long[] bounds() {
        List<Long> bounds = new ArrayList<>();
        for (long decade = 100_000; decade < 10_000_000_000L; decade *= 10) {
            bounds.addAll(List.of(decade, decade * 5 / 2, decade * 5));
        }
        bounds.add(10_000_000_000L);
        return bounds.stream().mapToLong(Long::longValue).toArray();
    }
}
