package dev.ginkgo.hub.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How long the lock of a store is held while one client subscribes to many channels or a long history. */
class StoreLockHoldTest {
    private static final Payload PAYLOAD = Payload.text("x");

    /** Far above what a step takes: on a busy machine a thread also waits for a processor. */
    private static final Duration PATIENCE = Duration.ofMillis(200);

    private static final int MEASUREMENTS = 10;

    static final FeedListener LISTENER = new FeedListener() {
        @Override
        public void appended() {
            // messages are not read
        }

        @Override
        public void wake() {
            // no thread waits
        }
    };

    @Test
    @DisplayName("H-30 a subscription to 60 patterns of 60 segments does not block a store of 10,000 channels")
    void matchesManyPatterns_withoutBlockingOthers() throws Exception {
        try (Store store = store(20_000, 1_000)) {
            for (int i = 0; i < 10_000; i++) {
                store.publish(ChannelName.of("/a".repeat(59) + "/" + i), PAYLOAD);
            }
            ChannelSelector patterns = new ChannelSelector(deepPatterns("/a", 60), true);
            Waits waits = Waits.measureRepeatedly(store, () -> {}, () -> subscribe(store, patterns, Since.Point.NONE));
            waits.record("one list of 60 patterns of 60 segments, 10,000 channels");
            waits.assertShort();
        }
    }

    @Test
    @DisplayName("H-30 a subscription to all channels with their history does not block a store of 200,000 messages")
    void mergesHistory_withoutBlockingOthers() throws Exception {
        try (Store store = store(300_000, 1_000)) {
            for (int i = 0; i < 200_000; i++) {
                store.publish(ChannelName.of("/a/" + i), PAYLOAD);
            }
            Runnable work = () -> {
                for (int i = 0; i < 5; i++) {
                    subscribe(store, ChannelSelector.of("/>"), Since.Point.ALL);
                }
            };
            Waits waits = Waits.measureRepeatedly(store, () -> {}, work);
            waits.record("five times all channels since=all, 200,000 channels");
            waits.assertShort();
        }
    }

    @Test
    @DisplayName("H-83 neither a loss nor the end of a period of conflation blocks a store of 100,000 channels")
    void lossAndConflation_withoutBlockingOthers() throws Exception {
        int channels = 100_000;
        try (Store store = store(channels, 1_000)) {
            Duration period = Duration.ofMillis(1);
            Cursor cursor = store.openCursor(
                    new SubscribeRequest(ChannelSelector.of("/>"), Since.Point.NONE, period, List.of()), LISTENER);
            AtomicLong lost = new AtomicLong();
            Runnable publish = () -> {
                for (int i = 0; i < channels; i++) {
                    store.publish(ChannelName.of("/a/" + i), PAYLOAD);
                }
            };
            Waits waits = Waits.measureRepeatedly(store, publish, () -> {
                store.flush();
                for (int i = 0; i < 5; i++) {
                    store.recordLoss(new Position(7, 1, lost.incrementAndGet()), _ -> true, true);
                }
            });
            waits.record("five losses and a flush of conflated feeds, 100,000 channels");
            waits.assertShort();
            store.closeCursor(cursor, LISTENER);
        }
    }

    @Test
    @DisplayName("H-30 the segments of all patterns are limited, so that a publish on a new channel visits few of them")
    void limitsPatternSegments_ofTheStore() {
        try (Store store = store(20_000, 100)) {
            List<Cursor> cursors = new ArrayList<>();
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 90; i++) {
                            ChannelSelector patterns = new ChannelSelector(deepPatterns("/a/" + i, 8), true);
                            cursors.add(store.openCursor(SubscribeRequest.of(patterns, Since.Point.NONE), LISTENER));
                        }
                    })
                    .isInstanceOfSatisfying(
                            HubRejectedException.class,
                            e -> assertThat(e.reason()).isEqualTo(HubRejectedException.Reason.TOO_MANY_PATTERNS));
            assertThat(cursors).isNotEmpty();
            long before = store.trieSteps();
            store.publish(ChannelName.of("/a".repeat(60)), PAYLOAD);
            assertThat(store.trieSteps() - before).isLessThanOrEqualTo(2 * 100 * 16);
        }
    }

    private static void subscribe(Store store, ChannelSelector selector, Since since) {
        store.closeCursor(store.openCursor(SubscribeRequest.of(selector, since), LISTENER), LISTENER);
    }

    /** Returns patterns of 60 segments that agree with {@code /a/a/…} up to the last segment. */
    private static List<String> deepPatterns(String prefix, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    StringBuilder pattern = new StringBuilder(prefix);
                    for (int segment = 0; segment < 58; segment++) {
                        pattern.append((i >> segment % 6 & 1) == 0 ? "/*" : "/a");
                    }
                    return pattern + "/none" + i;
                })
                .toList();
    }

    private static Store store(int maxChannels, int maxPatterns) {
        return new Store(
                new StoreLimits(
                        () -> Size.ofMebibytes(256),
                        () -> 1_000,
                        () -> Duration.ZERO,
                        () -> Duration.ofMinutes(10),
                        () -> maxChannels,
                        () -> maxPatterns),
                TimeSource.system(),
                1,
                new Counters());
    }

    /** Histogram of the times for which a thread waits for the lock, in powers of two of a microsecond. */
    private record Waits(AtomicLongArray buckets, Duration longest, Duration total, Duration collection) {
        /** Repeats both if the waits were long: the thread may have waited for a processor. Only the work is measured. */
        static Waits measureRepeatedly(Store store, Runnable preparation, Runnable work) throws InterruptedException {
            preparation.run();
            Waits waits = measure(store, work);
            for (int i = 1; i < MEASUREMENTS && !waits.isShort(); i++) {
                preparation.run();
                waits = measure(store, work);
            }
            return waits;
        }

        static Waits measure(Store store, Runnable work) throws InterruptedException {
            AtomicLongArray buckets = new AtomicLongArray(32);
            long[] longest = new long[1];
            Thread prober = new Thread(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    long before = TimeSource.system().nanos();
                    synchronized (store) {
                        longest[0] = Math.max(longest[0], TimeSource.system().nanos() - before);
                    }
                    long micros = (TimeSource.system().nanos() - before) / 1_000;
                    buckets.incrementAndGet(Math.min(31, Long.SIZE - Long.numberOfLeadingZeros(micros)));
                    Thread.onSpinWait();
                }
            });
            prober.start();
            long collectedBefore = collectionMillis();
            long begin = TimeSource.system().nanos();
            work.run();
            long total = TimeSource.system().nanos() - begin;
            prober.interrupt();
            prober.join();
            return new Waits(
                    buckets,
                    Duration.ofNanos(longest[0]),
                    Duration.ofNanos(total),
                    Duration.ofMillis(collectionMillis() - collectedBefore));
        }

        private static long collectionMillis() {
            return ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                    .sum();
        }

        /** Asserts that the longest wait was a small part of the work, which was done in one hold before. */
        void assertShort() {
            assertThat(longest).isLessThan(limit());
        }

        boolean isShort() {
            return longest.compareTo(limit()) < 0;
        }

        private Duration limit() {
            Duration part = total.dividedBy(10);
            return (part.compareTo(PATIENCE) > 0 ? part : PATIENCE).plus(collection); // which also stops the prober
        }

        void record(String name) throws IOException {
            Measurements.record(name + ", ms", total.toMillis());
            Measurements.record(name + ", longest wait for the store, µs", longest.toNanos() / 1_000);
            long[] counts =
                    IntStream.range(0, buckets.length()).mapToLong(buckets::get).toArray();
            int last = IntStream.range(0, counts.length)
                    .filter(i -> counts[i] > 0)
                    .max()
                    .orElse(0);
            Measurements.record(name + ", waits below 1, 2, 4, … µs", Arrays.toString(Arrays.copyOf(counts, last + 1)));
        }
    }
}
