package dev.ginkgo.hub.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubStats;
import dev.ginkgo.hub.testing.ClientGroup;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.IncompleteRequestSender;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Strangers who send much, or little for long. The others do not notice, and memory stays as it is. */
class ConnectionFloodTest {
    private static final String MEBIBYTE = "x".repeat(1 << 20);
    private static final long SLACK = 8L << 20;

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName(
            "H-13 a body of 100 MiB is a 413 before it is read, told or in chunks; memory is flat, others are served")
    void largeBody() throws IOException {
        try (TestHub testHub = TestHub.start("loops = 1");
                RawHttpClient other = testHub.connect()) {
            assertThat(publish(other)).startsWith("HTTP/1.1 200");
            long before = memory();

            // When it is announced, then nothing of it is wanted
            try (RawHttpClient client = testHub.connect()) {
                client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\n\r\n");
                assertThat(client.response())
                        .startsWith("HTTP/1.1 413")
                        .contains("body-too-large", "connection: close");
            }
            // When it is sent all the same, before the answer is read
            try (RawHttpClient client = testHub.connect()) {
                client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\n\r\n");
                long sent = sendUntilClosed(client, MEBIBYTE, 100);
                assertThat(memory() - before).isLessThan(SLACK);
                assertThat(sent).isPositive();
            }
            // When nobody says how long it will be
            try (RawHttpClient client = testHub.connect()) {
                client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
                String chunk = "100000\r\n" + MEBIBYTE + "\r\n";
                client.send(chunk);
                client.send("1\r\nx\r\n");
                assertThat(client.response()).startsWith("HTTP/1.1 413");
                sendUntilClosed(client, chunk, 100);
                assertThat(memory() - before).isLessThan(SLACK);
            }

            // Then nothing of it was published, and the other one is served
            assertThat(publish(other)).startsWith("HTTP/1.1 200");
            assertThat(testHub.hub().stats().published()).isEqualTo(2);
            assertThat(testHub.hub().stats().gaps()).isZero();
        }
    }

    @Test
    @DisplayName("H-23 1,000 half requests end with a 408 each; others are served meanwhile, and memory is flat")
    void halfRequests() throws Exception {
        half(1_000, "4s");
    }

    @Test
    @Tag("long")
    @DisplayName("H-23 10,000 half requests end with a 408 each; others are served meanwhile, and memory is flat")
    void manyHalfRequests() throws Exception {
        half(10_000, "20s");
    }

    private void half(int clients, String patience) throws Exception {
        try (TestHub testHub = TestHub.start(
                "max-connections-per-address = 10100",
                "max-connections = 10100",
                "request-timeout = '" + patience + "'")) {
            try (RawHttpClient other = testHub.connect();
                    RawHttpClient reader = testHub.lines("/x")) {
                publish(other);
                reader.readTo("other\n");
                HubStats before = testHub.hub().stats();
                long memory = memory();
                long heap = heap();
                try (ExternalProcess crowd = IncompleteRequestSender.start(folder, testHub.port(), clients)) {
                    crowd.awaitOutput("sent\n");
                    assertThat(testHub.metric("connections")).isGreaterThanOrEqualTo(clients);
                    for (int i = 0; i < 100; i++) {
                        assertThat(publish(other)).startsWith("HTTP/1.1 200").contains("\"receivers\":1");
                        reader.readTo("other\n");
                    }

                    // Then the reader had one write for each message, and each of them costs a few kilobytes
                    HubStats after = testHub.hub().stats();
                    assertThat(after.writes() - before.writes()).isEqualTo(100);
                    assertThat(after.gaps()).isZero();
                    Measurements.record("buffers for " + clients + " half requests, bytes", memory() - memory);
                    Measurements.record("heap for " + clients + " half requests, bytes", heap() - heap);
                    assertThat(memory() - memory).isLessThan(clients * 1024L + SLACK);
                    assertThat(heap() - heap).isLessThan(clients * 12L * 1024 + SLACK);
                    assertThat(testHub.metric("connections")).isGreaterThanOrEqualTo(clients);

                    // And each ends with a 408
                    crowd.awaitSuccess();
                    assertThat(crowd.output()).contains("answered " + clients + "\n");
                    assertThat(testHub.metric("disconnects_total{reason=\"request-timeout\"}"))
                            .isEqualTo(clients);
                }
                await().until(() -> testHub.metric("connections") <= 4);
                Measurements.record("heap after " + clients + " half requests, bytes", heap() - heap);
                assertThat(heap() - heap).as("besides Netty's pool").isLessThan(memory() - memory + SLACK);
                assertThat(testHub.hub().stats().published()).isEqualTo(101);
            }
        }
    }

    @Test
    @DisplayName(
            "H-23 1,000 connections that say nothing are closed after idle-timeout, and cost no memory of messages")
    void silent() throws Exception {
        try (TestHub testHub = TestHub.start("max-connections-per-address = 2000", "idle-timeout = '3s'")) {
            try (RawHttpClient reader = testHub.lines("/x")) {
                long memory = memory();
                long heap = heap();
                try (ClientGroup clientGroup = ClientGroup.of(1_000, _ -> testHub.connect())) {
                    await().until(() -> testHub.metric("connections") >= 1_000);
                    Measurements.record("buffers for 1,000 silent connections, bytes", memory() - memory);
                    Measurements.record("heap for 1,000 silent connections, both ends, bytes", heap() - heap);
                    assertThat(memory() - memory).isLessThan(4L << 20);
                    assertThat(heap() - heap).isLessThan(1_000 * 12L * 1024 + SLACK);
                    try (RawHttpClient other = testHub.connect()) {
                        assertThat(publish(other)).startsWith("HTTP/1.1 200");
                    }
                    reader.readTo("other\n");
                    for (RawHttpClient each : clientGroup) {
                        assertThat(each.readToEnd()).isEmpty();
                    }
                }
                assertThat(testHub.metric("disconnects_total{reason=\"idle\"}")).isGreaterThanOrEqualTo(1_000);
                testHub.hub().publish("/x", "still here");
                assertThat(reader.readTo("still here\n")).isNotEmpty();
            }
        }
    }

    private static String publish(RawHttpClient client) throws IOException {
        return client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nother")
                .response();
    }

    /** Sends it so often, or until the hub has had enough; gives how often. */
    private static long sendUntilClosed(RawHttpClient client, String piece, int times) throws IOException {
        byte[] bytes = piece.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < times; i++) {
            try {
                client.send(bytes);
            } catch (SocketException enough) {
                return i + 1L;
            }
        }
        return times;
    }

    /** What Netty has taken from the system, on the heap and beside it. */
    private static long memory() {
        ByteBufAllocatorMetric metric = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
