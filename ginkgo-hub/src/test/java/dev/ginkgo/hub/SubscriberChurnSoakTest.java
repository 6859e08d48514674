package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.AnyFormatClient;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.TestTree;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients connect and disconnect in every format and every way under load; afterwards no resources are left. */
class SubscriberChurnSoakTest {
    private static final int CHANNELS = 10;
    private static final long MEMORY_SLACK = 8 * 1024 * 1024;

    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicLong visits = new AtomicLong();

    @Test
    @DisplayName(
            "H-02 H-03 50 clients churn for two seconds: no message is missed while connected, and no resources are left")
    void twoSeconds() throws Exception {
        soak(50, Duration.ofSeconds(2));
        assertThat(visits.get()).isGreaterThan(50);
    }

    @Test
    @Tag("long")
    @DisplayName(
            "H-02 H-03 200 clients churn for a minute: counts, memory and descriptors return to their initial values")
    void aMinute() throws Exception {
        soak(200, Duration.ofMinutes(1));
        assertThat(visits.get()).isGreaterThan(2_000);
    }

    private void soak(int clients, Duration time) throws Exception {
        TestHub.warmUp();
        MessageHub hub = HubAccess.create(memory, new Random(1));
        try (TestTree<MessageHub> tree = TestTree.start(
                hub,
                "http.bind = '127.0.0.1:0'\nhttp.max-connections-per-address = 10000\nhistory.age = '1s'\n"
                        + "history.count = 100000")) {
            churn(hub, clients, Duration.ofSeconds(1)); // loads classes, fills caches
            awaitNothingLeft(hub);
            long heap = heap();

            churn(hub, clients, time);

            assertThat(hub.stats().gaps()).isZero();
            awaitNothingLeft(hub);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(heap()).isLessThan(heap + MEMORY_SLACK));
            Measurements.record("visits of " + clients + " clients in " + time, visits);
            Measurements.record("heap growth, bytes", heap() - heap);
            assertThat(tree.root().stats().subscribers()).isZero();
        }
        assertThat(memory.metric().usedDirectMemory()).isZero();
    }

    private void churn(MessageHub hub, int clients, Duration time) throws Exception {
        done.set(false);
        List<FutureTask<Boolean>> tasks = new ArrayList<>();
        for (int i = 0; i < CHANNELS; i++) {
            String channel = "/soak/" + i;
            tasks.add(startTask(() -> publish(hub, channel)));
        }
        for (int i = 0; i < clients; i++) {
            Random random = new Random(i);
            tasks.add(startTask(() -> visit(hub.address().port(), random)));
        }
        await().pollDelay(time).atMost(time.plusSeconds(10)).until(() -> true);
        done.set(true);
        for (FutureTask<Boolean> task : tasks) {
            task.get(60, TimeUnit.SECONDS);
        }
    }

    private void publish(MessageHub hub, String channel) {
        // Continues until all clients have disconnected, so that none waits for another message.
        for (long n = 0; !done.get() || hub.stats().subscribers() > 0; n++) {
            hub.publish(channel, "<" + n + ">");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private void visit(int port, Random random) throws IOException {
        while (!done.get()) {
            String channel = "/soak/" + random.nextInt(CHANNELS);
            try (AnyFormatClient anyFormatClient =
                    new AnyFormatClient(port, channel, random.nextInt(AnyFormatClient.FORMAT_COUNT))) {
                long last = anyFormatClient.nextNumber();
                for (int left = random.nextInt(100); left > 0; left--) {
                    long next = anyFormatClient.nextNumber();
                    assertThat(next).as("message after %d on %s", last, channel).isEqualTo(last + 1);
                    last = next;
                }
                anyFormatClient.disconnect(random.nextInt(AnyFormatClient.DISCONNECT_MODES));
            }
            visits.incrementAndGet();
        }
    }

    private void awaitNothingLeft(MessageHub hub) {
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            assertThat(hub.stats().subscribers()).isZero();
            assertThat(hub.stats().views()).isZero();
            assertThat(hub.stats().channels()).isZero();
            assertThat(hub.stats().storedBytes()).isZero();
            assertThat(hub.stats().pinnedBytes()).isZero();
            assertThat(memory.metric().usedDirectMemory()).isZero();
        });
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private interface Work {
        void run() throws Exception;
    }

    private static FutureTask<Boolean> startTask(Work work) {
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            work.run();
            return true;
        });
        Thread.ofVirtual().start(task);
        return task;
    }
}
