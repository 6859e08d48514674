package dev.ginkgo.hub.http.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.IdleHandshakes;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestCertificates;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that stop before, during or after the TLS handshake. */
class IdleHandshakesTest {
    private static final int MESSAGES = 100;
    private static final int ROUNDS = 15;

    /** What p99 may be in any case: timer ticks and the scheduler are as long. */
    private static final long FLOOR_MICROS = 500;

    /** Processor time of what the event loops do besides a message, as a share of one message. */
    private static final int PERIODIC_MICROS = 100;

    private static final long SLACK = 8L << 20;
    private static final String REQUEST_TIMEOUTS = "disconnects_total{reason=\"request-timeout\"}";

    @TempDir
    private Path folder = Path.of("");

    private final FakeClock clock = new FakeClock();

    @Test
    @DisplayName(
            "H-265 200 connections that stop before, during or after their TLS handshake cost little memory, do not affect"
                    + " others, and are closed by their deadlines")
    void idleHandshakes_areBounded() throws Exception {
        openIdle(200, 1);
    }

    @Test
    @Tag("long")
    @DisplayName(
            "H-265 10,000 connections that stop before, during or after their TLS handshake cost little memory, do not"
                    + " affect others, and are closed by their deadlines")
    void manyIdleHandshakes_areBounded() throws Exception {
        double ratio = openIdle(10_000, ROUNDS);

        assertThat(ratio).isLessThanOrEqualTo(2);
    }

    /** Returns p99 of a message beside that many connections, divided by the larger p99 of those before and after. */
    private double openIdle(int count, int rounds) throws Exception {
        TestCertificates.Pair pair = new TestCertificates(folder).localhost("hub");
        SSLContext trusting = TestCertificates.trusting(pair);
        String[] settings = pair.settings(
                "max-connections = 20000", "max-connections-per-address = " + (count + 3), "heartbeat = '1h'");
        try (TestHub testHub = TestHub.start(clock, settings);
                RawHttpClient metrics = new RawHttpClient(TestCertificates.connect(trusting, testHub.port()));
                RawHttpClient publisher = new RawHttpClient(TestCertificates.connect(trusting, testHub.port()));
                RawHttpClient subscriber = new RawHttpClient(TestCertificates.connect(trusting, testHub.port()))) {
            // Given clients that are served
            subscriber.send("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n").head();
            medianOf(rounds, publisher, subscriber); // compiles the code
            Sample calm = medianOf(rounds, publisher, subscriber);
            Sample beside;
            long memory = memory();
            long heap = heap();

            // When
            try (ExternalProcess idle = IdleHandshakes.start(folder, testHub.port(), count)) {
                idle.awaitOutput("idle\n");
                await().until(() -> metric(metrics, "connections") == count + 3);

                // Then each costs a limited amount of memory, and a further one is closed
                long perConnection = (heap() - heap + memory() - memory) / count;
                Measurements.record("memory of " + count + " idle TLS handshakes, bytes for each", perConnection);
                assertThat(heap() - heap + memory() - memory).isLessThan(count * 32L * 1024 + SLACK);
                assertThatThrownBy(() -> TestCertificates.connect(trusting, testHub.port()))
                        .isInstanceOf(IOException.class);

                // And the others are served
                beside = medianOf(rounds, publisher, subscriber);
                for (int i = 0; i < 20 && beside.loopMicros > 2 * calm.loopMicros + PERIODIC_MICROS; i++) {
                    beside = medianOf(rounds, publisher, subscriber);
                }
                assertThat(beside.loopMicros).isLessThanOrEqualTo(2 * calm.loopMicros + PERIODIC_MICROS);

                // And their deadlines close them: the handshake, then the first request
                clock.advance(Duration.ofSeconds(11));
                await().until(() -> metric(metrics, "connections") == count / IdleHandshakes.KINDS + 3);
                assertThat(metric(metrics, REQUEST_TIMEOUTS)).isEqualTo(count - count / IdleHandshakes.KINDS);
                publish(publisher, subscriber);
                clock.advance(Duration.ofSeconds(50));
                await().until(() -> metric(metrics, "connections") == 3);
                idle.awaitSuccess();
                assertThat(idle.output()).contains("closed " + count + "\n");
            }
            long after = heap() - heap + memory() - memory;
            Measurements.record("memory after " + count + " idle TLS handshakes, bytes", after);
            assertThat(after).isLessThan(count * 2L * 1024 + SLACK);
            Sample afterwards = medianOf(rounds, publisher, subscriber);
            Measurements.record(
                    "p99 of a message over TLS beside " + count + " idle handshakes",
                    beside.p99Micros + " us, " + calm.p99Micros + " us before, " + afterwards.p99Micros
                            + " us afterwards; event loops " + beside.loopMicros + " us and " + calm.loopMicros
                            + " us");
            return (double) beside.p99Micros / Math.max(FLOOR_MICROS, Math.max(calm.p99Micros, afterwards.p99Micros));
        }
    }

    /**
     * What a message takes.
     *
     * @param p99Micros time from its request to its delivery, which depends on what else the machine does
     * @param loopMicros processor time of the event loops, in the mean
     */
    private record Sample(long p99Micros, long loopMicros) {}

    /** Returns the sample with the median p99 of some rounds. */
    private static Sample medianOf(int rounds, RawHttpClient publisher, RawHttpClient subscriber) throws IOException {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            samples.add(publish(publisher, subscriber));
        }
        samples.sort(Comparator.comparingLong(Sample::p99Micros));
        return samples.get(rounds / 2);
    }

    private static Sample publish(RawHttpClient publisher, RawHttpClient subscriber) throws IOException {
        long[] nanos = new long[MESSAGES];
        long before = loopCpuNanos();
        for (int i = 0; i < MESSAGES; i++) {
            long start = System.nanoTime();
            publisher.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nother");
            subscriber.readTo("other\n");
            nanos[i] = System.nanoTime() - start;
            assertThat(publisher.response()).startsWith("HTTP/1.1 200 ");
        }
        Arrays.sort(nanos);
        return new Sample(nanos[MESSAGES * 99 / 100] / 1_000, (loopCpuNanos() - before) / 1_000 / MESSAGES);
    }

    private static long loopCpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(Objects::nonNull)
                .filter(thread -> thread.getThreadName().contains("#loop-"))
                .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
                .sum();
    }

    private static double metric(RawHttpClient client, String name) throws IOException {
        return TestHub.metric(
                client.send("GET /-/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .response(),
                name);
    }

    /** Returns the memory that Netty has allocated, on and off the heap, in bytes. */
    private static long memory() {
        ByteBufAllocatorMetric metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
