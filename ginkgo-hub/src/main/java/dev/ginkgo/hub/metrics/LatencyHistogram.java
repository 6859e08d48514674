package dev.ginkgo.hub.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * How long messages took from their publish to the socket of a reader: one sample for each write, the age of the oldest
 * message in it. A loop raises one number for a sample; the rest is done when somebody asks.
 */
public final class LatencyHistogram {
    /** The upper bounds, in nanoseconds: 1, 2.5 and 5 of each decade from 100 µs to 10 s. */
    private static final long[] BOUNDS = bounds();

    private final SingleWriterCounter[] buckets = new SingleWriterCounter[BOUNDS.length + 1];
    private final SingleWriterCounter nanos = new SingleWriterCounter();

    /**
     * The samples of all loops together.
     *
     * @param buckets how many lie in each bucket: up to its bound and above the one before; the last has no bound
     * @param nanos all together
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

    /** For the loop. */
    public void record(long delay) {
        int bucket = 0;
        while (bucket < BOUNDS.length && delay > BOUNDS[bucket]) {
            bucket++;
        }
        buckets[bucket].increment();
        nanos.add(delay);
    }

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

    /** The upper bounds of all buckets but the last, in seconds. */
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
