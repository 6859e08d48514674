package dev.ginkgo.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.Measurements;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Objects that the event loop creates while it delivers, by the counter of the JVM for its thread. The system call is replaced:
 * the calls of foreign functions create objects unless the optimizing compiler removes them, and tests run without it.
 */
class DeliveryAllocationTest {
    private static final int FEW = 10;
    private static final int MANY = 210;
    private static final int MESSAGES = 50;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    @DisplayName("H-336 a round creates the same objects for 210 subscribers as for 10")
    void deliveries_createNoObjects() throws Exception {
        try (EngineFixture fixture = new EngineFixture(true, 1, 1_000, WireFormat.LINES, (_, _, length) -> length)) {
            connect(fixture, FEW);
            deliver(fixture); // loads classes
            long few = deliver(fixture);
            connect(fixture, MANY - FEW);
            deliver(fixture);
            long many = deliver(fixture);

            double bytes = (double) (many - few) / MESSAGES / (MANY - FEW);
            Measurements.record("bytes allocated on the event loop per additional delivery", bytes);
            assertThat(bytes)
                    .isLessThan(
                            4); // less than an object for each fourth delivery; the sender needs some for each queue
        }
    }

    private static void connect(EngineFixture fixture, int count) throws Exception {
        int before = fixture.adoptedConnections();
        for (int i = 0; i < count; i++) {
            var _ = fixture.connect();
        }
        DirectStreamHub.soon().until(() -> fixture.adoptedConnections() == before + count);
    }

    /** Publishes messages one after another; returns how many bytes the event loop has allocated. */
    private long deliver(EngineFixture fixture) throws Exception {
        long before = allocated(fixture);
        long delivered = fixture.counters.delivered();
        for (int i = 0; i < MESSAGES; i++) {
            fixture.publish("message");
            fixture.awaitIdle();
        }
        long after = allocated(fixture);
        assertThat(fixture.counters.delivered() - delivered).isEqualTo((long) MESSAGES * fixture.adoptedConnections());
        return after - before;
    }

    private long allocated(EngineFixture fixture) throws Exception {
        return fixture.loops
                .next()
                .submit(() ->
                        threads.getThreadAllocatedBytes(Thread.currentThread().threadId()))
                .get();
    }
}
