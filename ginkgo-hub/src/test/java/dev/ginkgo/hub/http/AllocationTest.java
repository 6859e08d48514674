package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.ThreadMXBean;
import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.testing.ClientGroup;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import io.netty.channel.Channel;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Counts the bytes that an event loop allocates on the heap. Without the optimizing compiler, each object counts. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int DEPTH = 16;

    private ResourceLeakDetector.Level leakDetection = ResourceLeakDetector.getLevel();

    /** Each detected buffer would allocate a record of who has used it. */
    @BeforeEach
    void disableLeakDetection() {
        leakDetection = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void restoreLeakDetection() {
        ResourceLeakDetector.setLevel(leakDetection);
    }

    private static String post(int bytes) {
        return "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + bytes + "\r\n\r\n" + "7".repeat(bytes);
    }

    @Test
    @DisplayName("H-320 a publish of 64 bytes over HTTP allocates at most 4,000 bytes, the stored message included")
    void publish() throws IOException {
        try (TestHub testHub = TestHub.start("loops = 1", "heartbeat = '1h'");
                RawHttpClient publisher = testHub.connect()) {
            assertThat(bytesPerPublish(testHub, publisher, 64)).isLessThan(4_000);
        }
    }

    @Test
    @DisplayName("H-322 the payload of a publish is copied once on the heap")
    void payload() throws IOException {
        try (TestHub testHub = TestHub.start("loops = 1", "heartbeat = '1h'");
                RawHttpClient publisher = testHub.connect()) {
            long small = bytesPerPublish(testHub, publisher, 64);
            long large = bytesPerPublish(testHub, publisher, 64 + 2_000);
            assertThat(large - small).isBetween(2_000L, 2_500L);
        }
    }

    /** Returns how much the loop allocates for a message without subscribers. */
    private static long bytesPerPublish(TestHub testHub, RawHttpClient publisher, int bytes) throws IOException {
        publish(publisher, 50, post(bytes));
        long loop = loop(testHub);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = THREADS.getThreadAllocatedBytes(loop);
            publish(publisher, 20, post(bytes));
            least = Math.min(least, (THREADS.getThreadAllocatedBytes(loop) - before) / (20 * DEPTH));
        }
        Measurements.record("bytes allocated for a publish of " + bytes + " bytes", least);
        return least;
    }

    @Test
    @DisplayName("H-321 a delivery of a message to one more subscriber allocates at most 100 bytes")
    void delivery() throws IOException {
        try (TestHub testHub = TestHub.start("loops = 1", "heartbeat = '1h'");
                RawHttpClient publisher = testHub.connect()) {
            long few;
            try (ClientGroup _ = subscribers(10, testHub)) {
                few = bytesPerMessage(testHub, publisher, 10);
            }
            await().until(() -> testHub.hub().stats().subscribers() == 0);
            try (ClientGroup _ = subscribers(60, testHub)) {
                assertThat((bytesPerMessage(testHub, publisher, 60) - few) / 50).isLessThan(100);
            }
        }
    }

    private static ClientGroup subscribers(int number, TestHub testHub) throws IOException {
        return ClientGroup.of(number, _ -> testHub.lines("/x"));
    }

    /** Returns how much the loop allocates for a message that all subscribers receive. */
    private static long bytesPerMessage(TestHub testHub, RawHttpClient publisher, int subscribers) throws IOException {
        publisher.send(post(64)).response();
        long loop = loop(testHub);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 6; i++) {
            long before = THREADS.getThreadAllocatedBytes(loop);
            for (int message = 0; message < 50; message++) {
                long delivered = testHub.hub().stats().delivered();
                publisher.send(post(64)).response();
                while (testHub.hub().stats().delivered() < delivered + subscribers) {
                    Thread.onSpinWait();
                }
            }
            least = Math.min(least, (THREADS.getThreadAllocatedBytes(loop) - before) / 50);
        }
        Measurements.record("bytes allocated for a message of 64 bytes to " + subscribers + " subscribers", least);
        return least;
    }

    private static void publish(RawHttpClient publisher, int times, String request) throws IOException {
        byte[] requests = request.repeat(DEPTH).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < times; i++) {
            publisher.send(requests);
            for (int response = 0; response < DEPTH; response++) {
                publisher.response();
            }
        }
    }

    private static long loop(TestHub testHub) {
        Channel any = HubAccess.http(testHub.hub()).openConnections().iterator().next();
        return any.eventLoop()
                .submit(() -> Thread.currentThread().threadId())
                .syncUninterruptibly()
                .getNow();
    }
}
