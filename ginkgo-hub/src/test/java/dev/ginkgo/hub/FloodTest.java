package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Strangers who send much, or little for long. The others do not notice, and memory stays as it is. */
class FloodTest {
    private static final String MEBIBYTE = "x".repeat(1 << 20);
    private static final String HALF_A_REQUEST =
            "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf";

    @Test
    @DisplayName(
            "H-13 a body of 100 MiB is a 413 before it is read, told or in chunks; memory is flat, others are served")
    void largeBody() throws IOException {
        try (Front front = Front.start("loops = 1");
                Wired other = front.connect()) {
            assertThat(publish(other)).startsWith("HTTP/1.1 200");
            long before = memory();

            // When it is announced, then nothing of it is wanted
            try (Wired client = front.connect()) {
                client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\n\r\n");
                assertThat(client.answer()).startsWith("HTTP/1.1 413").contains("body-too-large", "connection: close");
            }
            // When it is sent all the same, before the answer is read
            try (Wired client = front.connect()) {
                client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\n\r\n");
                long sent = sendUntilClosed(client, MEBIBYTE, 100);
                assertThat(memory() - before).isLessThan(8L << 20);
                assertThat(sent).isPositive();
            }
            // When nobody says how long it will be
            try (Wired client = front.connect()) {
                client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
                String chunk = "100000\r\n" + MEBIBYTE + "\r\n";
                client.send(chunk);
                client.send("1\r\nx\r\n");
                assertThat(client.answer()).startsWith("HTTP/1.1 413");
                sendUntilClosed(client, chunk, 100);
                assertThat(memory() - before).isLessThan(8L << 20);
            }

            // Then nothing of it was published, and the other one is served
            assertThat(publish(other)).startsWith("HTTP/1.1 200");
            assertThat(front.hub().stats().published()).isEqualTo(2);
            assertThat(front.hub().stats().gaps()).isZero();
        }
    }

    @Test
    @DisplayName("H-23 1,000 half requests end with a 408 each; others are served meanwhile, and memory is flat")
    void halfRequests() throws Exception {
        half(1_000, "4s");
    }

    @Test
    @Tag("long")
    @DisplayName("H-23 the same with 9,000, as many as 20,000 descriptors allow")
    void manyHalfRequests() throws Exception {
        half(9_000, "30s");
    }

    private static void half(int clients, String patience) throws Exception {
        try (Front front = Front.start(
                "max-connections-per-address = 10000",
                "max-connections = 10000",
                "request-timeout = '" + patience + "'")) {
            try (Wired other = front.connect();
                    Wired reader = front.lines("/x")) {
                publish(other);
                reader.readTo("other\n");
                HubStats before = front.hub().stats();
                long memory = memory();
                try (Crowd crowd = Crowd.of(clients, _ -> front.connect().send(HALF_A_REQUEST))) {
                    await().atMost(Duration.ofSeconds(20)).until(() -> value(front, "connections") >= clients);
                    for (int i = 0; i < 100; i++) {
                        assertThat(publish(other)).startsWith("HTTP/1.1 200").contains("\"receivers\":1");
                        reader.readTo("other\n");
                    }

                    // Then the reader had one write for each message, and one body of 1 KiB at most is held for each of
                    // them outside Netty's own arenas
                    HubStats after = front.hub().stats();
                    assertThat(after.writes() - before.writes()).isEqualTo(100);
                    assertThat(after.gaps()).isZero();
                    Figures.note("memory for " + clients + " half requests, bytes", memory() - memory);
                    assertThat(memory() - memory).isLessThan(clients * 8L * 1024 + (32L << 20));
                    await().atMost(Duration.ofMinutes(2))
                            .until(() -> value(front, "disconnects_total{reason=\"request-timeout\"}") == clients);
                    for (Wired each : crowd) {
                        assertThat(each.answer()).startsWith("HTTP/1.1 408").contains("request-timeout");
                    }
                }
                await().until(() -> value(front, "connections") <= 4);
                assertThat(front.hub().stats().published()).isEqualTo(101);
            }
        }
    }

    @Test
    @DisplayName(
            "H-23 1,000 connections that say nothing are closed after idle-timeout, and cost no memory of messages")
    void silent() throws Exception {
        try (Front front = Front.start("max-connections-per-address = 2000", "idle-timeout = '3s'")) {
            try (Wired reader = front.lines("/x")) {
                long memory = memory();
                try (Crowd crowd = Crowd.of(1_000, _ -> front.connect())) {
                    await().until(() -> value(front, "connections") >= 1_000);
                    assertThat(memory() - memory).isLessThan(4L << 20);
                    try (Wired other = front.connect()) {
                        assertThat(publish(other)).startsWith("HTTP/1.1 200");
                    }
                    reader.readTo("other\n");
                    for (Wired each : crowd) {
                        assertThat(each.rest()).isEmpty();
                    }
                }
                assertThat(value(front, "disconnects_total{reason=\"idle\"}")).isGreaterThanOrEqualTo(1_000);
                front.hub().publish("/x", "still here");
                assertThat(reader.readTo("still here\n")).isNotEmpty();
            }
        }
    }

    private static String publish(Wired client) throws IOException {
        return client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nother")
                .answer();
    }

    /** Sends it so often, or until the hub has had enough; gives how often. */
    private static long sendUntilClosed(Wired client, String piece, int times) throws IOException {
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

    private static double value(Front front, String name) throws IOException, InterruptedException {
        return InstrumentsTest.value(front, name);
    }
}
