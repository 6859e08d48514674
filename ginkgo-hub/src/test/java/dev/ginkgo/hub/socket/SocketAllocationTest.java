package dev.ginkgo.hub.socket;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import io.netty.util.ResourceLeakDetector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Counts the bytes that an event loop allocates on the heap for publishes over a WebSocket. */
class SocketAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int DEPTH = 16;
    private static final int REPETITIONS = 20;

    private final ResourceLeakDetector.Level leakDetection = ResourceLeakDetector.getLevel();

    /** Each detected buffer would allocate a record of who has used it. */
    @BeforeEach
    void disableLeakDetection() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void restoreLeakDetection() {
        ResourceLeakDetector.setLevel(leakDetection);
    }

    @Test
    @DisplayName(
            "H-383 a publish over a WebSocket copies its payload twice on the heap: as part of its request, and as message")
    void publish() throws IOException {
        try (TestHub testHub = TestHub.start("loops = 1", "heartbeat = '1h'");
                RawHttpClient idle = testHub.connect();
                RawSocket publisher = new RawSocket(testHub.port())) {
            idle.send("GET /-/health HTTP/1.1\r\nHost: localhost\r\n\r\n").response();
            long small = bytesPerPublish(testHub, publisher, 64);
            long large = bytesPerPublish(testHub, publisher, 64 + 2_000);
            assertThat(small).isLessThan(4_000);
            assertThat(large - small).isBetween(2_000L, 4_300L);
        }
    }

    private static long bytesPerPublish(TestHub testHub, RawSocket publisher, int bytes) throws IOException {
        byte[] requests = requests(bytes);
        publish(publisher, requests, 50);
        long loop = loop(testHub);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = THREADS.getThreadAllocatedBytes(loop);
            publish(publisher, requests, REPETITIONS);
            least = Math.min(least, (THREADS.getThreadAllocatedBytes(loop) - before) / (REPETITIONS * DEPTH));
        }
        Measurements.record("bytes allocated for a publish of " + bytes + " bytes over a WebSocket", least);
        return least;
    }

    private static byte[] requests(int bytes) {
        ByteArrayOutputStream requests = new ByteArrayOutputStream();
        for (int i = 0; i < DEPTH; i++) {
            requests.writeBytes(RawSocket.frame(
                    "{'type':'publish','request':" + i + ",'channel':'/x','data':'" + "7".repeat(bytes) + "'}"));
        }
        return requests.toByteArray();
    }

    private static void publish(RawSocket publisher, byte[] requests, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            publisher.write(requests);
            for (int response = 0; response < DEPTH; response++) {
                assertThat(publisher.read()).startsWith("{\"type\":\"published\"");
            }
        }
    }

    private static long loop(TestHub testHub) {
        return HubAccess.http(testHub.hub())
                .openConnections()
                .iterator()
                .next()
                .eventLoop()
                .submit(() -> Thread.currentThread().threadId())
                .syncUninterruptibly()
                .getNow();
    }
}
