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

/** Clients that send large bodies, incomplete requests or nothing do not affect others, and memory stays bounded. */
class ConnectionFloodTest {
    private static final String MEBIBYTE = "x".repeat(1 << 20);
    private static final long SLACK = 8L << 20;

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName(
            "H-13 a body of 100 MiB, announced or chunked, is a 413 before it is read; memory is flat, others are served")
    void largeBody_isRejectedWithFlatMemory() throws IOException {
        try (TestHub testHub = TestHub.start("loops = 1");
                RawHttpClient other = testHub.connect()) {
            assertThat(publish(other)).startsWith("HTTP/1.1 200");
            long before = memory();

            // When a large body is announced, then it is rejected before it is sent
            try (RawHttpClient client = testHub.connect()) {
                client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\n\r\n");
                assertThat(client.response())
                        .startsWith("HTTP/1.1 413")
                        .contains("body-too-large", "connection: close");
            }
            // When the client sends it nevertheless, before it reads the response
            try (RawHttpClient client = testHub.connect()) {
                client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\n\r\n");
                long sent = sendUntilClosed(client, MEBIBYTE, 100);
                assertThat(memory() - before).isLessThan(SLACK);
                assertThat(sent).isPositive();
            }
            // When the body is chunked, without a length
            try (RawHttpClient client = testHub.connect()) {
                client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
                String chunk = "100000\r\n" + MEBIBYTE + "\r\n";
                client.send(chunk);
                client.send("1\r\nx\r\n");
                assertThat(client.response()).startsWith("HTTP/1.1 413");
                sendUntilClosed(client, chunk, 100);
                assertThat(memory() - before).isLessThan(SLACK);
            }

            // Then nothing was published, and the other client is served
            assertThat(publish(other)).startsWith("HTTP/1.1 200");
            assertThat(testHub.hub().stats().published()).isEqualTo(2);
            assertThat(testHub.hub().stats().gaps()).isZero();
        }
    }

    @Test
    @DisplayName("H-23 1,000 incomplete requests get a 408 each, while others are served and memory is flat")
    void incompleteRequests_timeOut() throws Exception {
        sendIncompleteRequests(1_000, "4s");
    }

    @Test
    @Tag("long")
    @DisplayName("H-23 10,000 incomplete requests get a 408 each, while others are served and memory is flat")
    void manyIncompleteRequests_timeOut() throws Exception {
        sendIncompleteRequests(10_000, "20s");
    }

    private void sendIncompleteRequests(int clients, String requestTimeout) throws Exception {
        try (TestHub testHub = TestHub.start(
                "max-connections-per-address = 10100",
                "max-connections = 10100",
                "request-timeout = '" + requestTimeout + "'")) {
            try (RawHttpClient other = testHub.connect();
                    RawHttpClient subscriber = testHub.lines("/x")) {
                publish(other);
                subscriber.readTo("other\n");
                HubStats before = testHub.hub().stats();
                long memory = memory();
                long heap = heap();
                try (ExternalProcess senders = IncompleteRequestSender.start(folder, testHub.port(), clients)) {
                    senders.awaitOutput("sent\n");
                    assertThat(testHub.metric("connections")).isGreaterThanOrEqualTo(clients);
                    for (int i = 0; i < 100; i++) {
                        assertThat(publish(other)).startsWith("HTTP/1.1 200").contains("\"receivers\":1");
                        subscriber.readTo("other\n");
                    }

                    // Then the subscriber got one write per message, and each incomplete request costs a few kilobytes
                    HubStats after = testHub.hub().stats();
                    assertThat(after.writes() - before.writes()).isEqualTo(100);
                    assertThat(after.gaps()).isZero();
                    Measurements.record("buffers for " + clients + " incomplete requests, bytes", memory() - memory);
                    Measurements.record("heap for " + clients + " incomplete requests, bytes", heap() - heap);
                    assertThat(memory() - memory).isLessThan(clients * 1024L + SLACK);
                    assertThat(heap() - heap).isLessThan(clients * 12L * 1024 + SLACK);
                    assertThat(testHub.metric("connections")).isGreaterThanOrEqualTo(clients);

                    // And each incomplete request gets a 408
                    senders.awaitSuccess();
                    assertThat(senders.output()).contains("answered " + clients + "\n");
                    assertThat(testHub.metric("disconnects_total{reason=\"request-timeout\"}"))
                            .isEqualTo(clients);
                }
                await().until(() -> testHub.metric("connections") <= 4);
                Measurements.record("heap after " + clients + " incomplete requests, bytes", heap() - heap);
                assertThat(heap() - heap).as("heap in addition to Netty's pool").isLessThan(memory() - memory + SLACK);
                assertThat(testHub.hub().stats().published()).isEqualTo(101);
            }
        }
    }

    @Test
    @DisplayName("H-23 1,000 silent connections are closed after idle-timeout, and cost little memory")
    void silentConnections_areClosed() throws Exception {
        try (TestHub testHub = TestHub.start("max-connections-per-address = 2000", "idle-timeout = '3s'")) {
            try (RawHttpClient subscriber = testHub.lines("/x")) {
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
                    subscriber.readTo("other\n");
                    for (RawHttpClient each : clientGroup) {
                        assertThat(each.readToEnd()).isEmpty();
                    }
                }
                assertThat(testHub.metric("disconnects_total{reason=\"idle\"}")).isGreaterThanOrEqualTo(1_000);
                testHub.hub().publish("/x", "still here");
                assertThat(subscriber.readTo("still here\n")).isNotEmpty();
            }
        }
    }

    private static String publish(RawHttpClient client) throws IOException {
        return client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nother")
                .response();
    }

    /** Sends a piece repeatedly until the hub closes the connection, and returns how often it was sent. */
    private static long sendUntilClosed(RawHttpClient client, String piece, int times) throws IOException {
        byte[] bytes = piece.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < times; i++) {
            try {
                client.send(bytes);
            } catch (SocketException closed) {
                return i + 1L;
            }
        }
        return times;
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
