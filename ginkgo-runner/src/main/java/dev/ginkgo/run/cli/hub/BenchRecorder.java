package dev.ginkgo.run.cli.hub;

import dev.ginkgo.run.output.JsonText;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts the messages of a benchmark and their latencies, from the first message to the last. Latencies are counted in
 * buckets whose width is at most a sixteenth of their value. Thread-safe.
 */
final class BenchRecorder {
    private static final int SUB_BUCKETS = 16; // per power of two
    private static final int SUB_BUCKET_BITS = 4;

    private final LongAdder messages = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder latencies = new LongAdder();
    private final LongAccumulator first = new LongAccumulator(Long::min, Long.MAX_VALUE);
    private final LongAccumulator last = new LongAccumulator(Long::max, Long.MIN_VALUE);
    private final LongAccumulator max = new LongAccumulator(Long::max, 0);
    private final AtomicLongArray buckets = new AtomicLongArray(Long.SIZE * SUB_BUCKETS);

    /**
     * Counts a message.
     *
     * @param begin when its publish began, or when it was received, on the clock of {@code TimeSource.nanos}
     * @param end when its publish was complete, or when it was received
     */
    void record(int length, long begin, long end) {
        messages.increment();
        bytes.add(length);
        first.accumulate(begin);
        last.accumulate(end);
    }

    /** Counts a latency; a negative one, between clocks that differ, counts as 0. */
    void recordLatency(long nanos) {
        long latency = Math.max(0, nanos);
        latencies.increment();
        max.accumulate(latency);
        buckets.incrementAndGet(bucket(latency));
    }

    /** Returns the number of messages so far. */
    long count() {
        return messages.sum();
    }

    private double seconds() {
        return messages.sum() == 0 ? 0 : (last.get() - first.get()) / 1e9;
    }

    private double perSecond(double amount) {
        return seconds() <= 0 ? 0 : amount / seconds();
    }

    /** Returns an upper bound of the latency of the given share of the messages, in nanoseconds. */
    long percentile(double share) {
        long rank = (long) Math.ceil(share * latencies.sum());
        long seen = 0;
        for (int i = 0; i < buckets.length(); i++) {
            seen += buckets.get(i);
            if (seen >= rank && seen > 0) {
                return Math.min(upperBound(i), max.get());
            }
        }
        return max.get();
    }

    /** Returns the result as text. */
    String text(String done) {
        String text = String.format(
                Locale.ROOT,
                "%s %d messages in %.2f s: %.0f messages/s, %s/s",
                done,
                messages.sum(),
                seconds(),
                perSecond((double) messages.sum()),
                TopView.bytes(perSecond((double) bytes.sum())));
        return latencies.sum() == 0
                ? text
                : text
                        + String.format(
                                Locale.ROOT,
                                "%nlatency: median %s, 90 %% %s, 99 %% %s, maximum %s",
                                millis(percentile(0.5)),
                                millis(percentile(0.9)),
                                millis(percentile(0.99)),
                                millis(max.get()));
    }

    /** Returns the result as a JSON object. */
    String json() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("messages", messages.sum());
        members.put("bytes", bytes.sum());
        members.put("seconds", seconds());
        members.put("messagesPerSecond", perSecond((double) messages.sum()));
        members.put("bytesPerSecond", perSecond((double) bytes.sum()));
        if (latencies.sum() > 0) {
            Map<String, @Nullable Object> latency = new LinkedHashMap<>();
            latency.put("median", percentile(0.5) / 1_000);
            latency.put("p90", percentile(0.9) / 1_000);
            latency.put("p99", percentile(0.99) / 1_000);
            latency.put("max", max.get() / 1_000);
            members.put("latencyMicros", latency);
        }
        return JsonText.write(members);
    }

    private static String millis(long nanos) {
        double millis = nanos / 1e6;
        return String.format(Locale.ROOT, millis < 10 ? "%.2f ms" : "%.0f ms", millis);
    }

    private static int bucket(long value) {
        if (value < SUB_BUCKETS) {
            return (int) value;
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(value); // at least SUB_BUCKET_BITS
        int sub = (int) (value >>> (exponent - SUB_BUCKET_BITS)) - SUB_BUCKETS;
        return (exponent - SUB_BUCKET_BITS + 1) * SUB_BUCKETS + sub;
    }

    private static long upperBound(int bucket) {
        if (bucket < SUB_BUCKETS) {
            return bucket;
        }
        int shift = bucket / SUB_BUCKETS - 1;
        return ((long) (SUB_BUCKETS + bucket % SUB_BUCKETS + 1) << shift) - 1;
    }
}
