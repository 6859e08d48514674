package dev.ginkgo.hub.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.testing.FakeClock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The start position of a subscription in a long history. */
class StartPositionTest {
    private static final int MESSAGES = 200_000;
    private static final ChannelName CHANNEL = ChannelName.of("/a");

    private static final FeedListener LISTENER = new FeedListener() {
        @Override
        public void appended() {
            // messages are read without waiting
        }

        @Override
        public void wake() {
            // no thread waits
        }
    };

    private final FakeClock clock = new FakeClock();
    private final Store store = new Store(
            new StoreLimits(
                    () -> Size.ofMebibytes(256),
                    () -> MESSAGES,
                    () -> Duration.ZERO,
                    () -> Duration.ofDays(1),
                    () -> 10,
                    () -> 10),
            clock,
            1,
            new Counters());

    @Test
    @DisplayName("H-31 thousands of subscribers that resume at once do not scan the history")
    void resumesWithoutScan() throws IOException {
        // Given
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            ids.add(publish(i));
        }
        Since last = new Since.After(ids.getLast());
        Since recent = new Since.Ago(Duration.ofNanos(1));

        // When
        Duration used = cpuTime(last).plus(cpuTime(recent));

        // Then
        Measurements.record(
                "6,000 subscriptions at the end of 200,000 messages, ms of processor time", used.toMillis());
        assertThat(used).isLessThan(Duration.ofSeconds(1)); // a scan of each takes several seconds
    }

    @Test
    @DisplayName("H-31 a subscription starts after its id or time, wherever that is in the history")
    void startsAtEachPosition() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            clock.advance(Duration.ofSeconds(1));
            ids.add(publish(i));
        }
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            int position = random.nextInt(99);
            assertThat(next(new Since.After(ids.get(position)))).isEqualTo(String.valueOf(position + 1));
            assertThat(next(new Since.Ago(Duration.ofMillis(1_000L * (98 - position) + 500))))
                    .isEqualTo(String.valueOf(position + 1));
        }
    }

    private String publish(int number) {
        PublishResult result = store.publish(CHANNEL, Payload.text(String.valueOf(number)));
        return result.id();
    }

    private String next(Since since) {
        Cursor cursor = store.openCursor(SubscribeRequest.of(ChannelSelector.of(CHANNEL), since), LISTENER);
        StoredMessage message;
        synchronized (store) {
            message = cursor.next().message();
        }
        store.closeCursor(cursor, LISTENER);
        return message == null ? "none" : message.text();
    }

    /** Returns the processor time of subscribing 3,000 times, which does not depend on other programs. */
    private Duration cpuTime(Since since) {
        SubscribeRequest request = SubscribeRequest.of(ChannelSelector.of(CHANNEL), since);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long begin = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < 3_000; i++) {
            store.closeCursor(store.openCursor(request, LISTENER), LISTENER);
        }
        return Duration.ofNanos(threads.getCurrentThreadCpuTime() - begin);
    }
}
