package dev.ginkgo.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.HubStats;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.ReaderThreads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Delivery to streams over TCP, and release of their resources. */
class StreamTest {
    private static final List<WireFormat> CHUNKED_FORMATS =
            List.of(WireFormat.LINES, WireFormat.SSE, WireFormat.NDJSON);

    /** The number in a line, in the data of an SSE event, or in an NDJSON object. */
    private static final Pattern NUMBER = Pattern.compile("(?:^|\ndata: |\"data\":\")(\\d+)(?:\n|\"}\n)");

    @Test
    @DisplayName("H-02 a stream ends at once when its client disconnects: counts and memory return to zero")
    void disconnectReleasesResources() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(2, "history.age = '1s'")) {
            List<ChunkedStreamClient> clients = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                clients.add(directStreamHub.connect("/" + i % 10, CHUNKED_FORMATS.get(i % 3)));
            }
            for (int i = 0; i < 100; i++) {
                directStreamHub.hub.publish("/" + i % 10, "x");
            }
            directStreamHub.awaitDelivered(1_000);
            assertThat(directStreamHub.stats().subscribers()).isEqualTo(100);
            assertThat(directStreamHub.stats().channels()).isEqualTo(10);
            assertThat(directStreamHub.stats().views()).isEqualTo(30);
            assertThat(directStreamHub.memory.metric().usedDirectMemory()).isPositive();

            for (ChunkedStreamClient chunkedStreamClient : clients) {
                chunkedStreamClient.close();
            }
            DirectStreamHub.soon().untilAsserted(() -> {
                assertThat(directStreamHub.stats().subscribers()).isZero();
                assertThat(directStreamHub.stats().views()).isZero();
                assertThat(directStreamHub.stats().channels()).isZero();
                assertThat(directStreamHub.stats().storedBytes()).isZero();
                assertThat(directStreamHub.memory.metric().usedDirectMemory()).isZero();
            });
        }
    }

    @Test
    @DisplayName("H-03 200 clients connect and disconnect under 10,000 messages: none misses a message while connected")
    void churnLosesNoMessage() throws Exception {
        int visitors = 200;
        int messages = 10_000;
        try (DirectStreamHub directStreamHub = new DirectStreamHub(2, "history.count = 20000")) {
            List<ChunkedStreamClient> permanent = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                permanent.add(directStreamHub.connect("/a", WireFormat.LINES));
            }
            ReaderThreads reading = ReaderThreads.of(permanent, chunkedStreamClient -> {
                for (int i = 0; i < messages; i++) {
                    assertThat(chunkedStreamClient.nextText()).isEqualTo(i + "\n");
                }
            });
            // each visitor releases a share of the messages, so that publishing continues while it connects and reads
            Semaphore permits = new Semaphore(0);
            Thread publisher = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < messages; i++) {
                    permits.acquireUninterruptibly();
                    directStreamHub.hub.publish("/a", Integer.toString(i));
                }
            });
            Deque<ChunkedStreamClient> connected = new ArrayDeque<>();
            for (int i = 0; i < visitors; i++) {
                connected.add(directStreamHub.connect("/a", CHUNKED_FORMATS.get(i % 3)));
                permits.release(messages / visitors);
                if (connected.size() > 20) {
                    try (ChunkedStreamClient leaving = connected.remove()) {
                        readSome(leaving, i % 10);
                    }
                }
            }
            for (ChunkedStreamClient each : connected) {
                each.close();
            }
            publisher.join();
            reading.join();
            assertThat(directStreamHub.stats().gaps()).isZero();

            // Then no resources of the visitors are left
            DirectStreamHub.soon().untilAsserted(() -> {
                assertThat(directStreamHub.stats().subscribers()).isEqualTo(10);
                assertThat(directStreamHub.stats().views()).isEqualTo(1);
                assertThat(directStreamHub.stats().pinnedBytes()).isZero();
            });
        }
    }

    /** Reads messages in any format, and asserts that their numbers are consecutive. */
    private static void readSome(ChunkedStreamClient chunkedStreamClient, int count) throws IOException {
        long last = -1;
        for (int i = 0; i < count; i++) {
            Matcher number = NUMBER.matcher(chunkedStreamClient.nextText());
            if (number.find()) {
                long next = Long.parseLong(number.group(1));
                assertThat(last < 0 ? next : last + 1).isEqualTo(next);
                last = next;
            }
        }
    }

    @Test
    @DisplayName("H-05 a subscriber of /a receives no messages of /ab, /a/b or /A")
    void matchesChannelExactly() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "")) {
            ChunkedStreamClient chunkedStreamClient = directStreamHub.connect("/a", WireFormat.LINES);
            for (String other : List.of("/ab", "/a/b", "/A")) {
                directStreamHub.hub.publish(other, "not for /a");
            }
            assertThat(directStreamHub.hub.publish("/a", "for /a").receivers()).isEqualTo(1);
            assertThat(chunkedStreamClient.nextText()).isEqualTo("for /a\n");
        }
    }

    @Test
    @DisplayName("H-01 messages published together are one wake-up and one write")
    void coalescesMessages() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "")) {
            ChunkedStreamClient chunkedStreamClient = directStreamHub.connect("/a", WireFormat.SSE);
            assertThat(chunkedStreamClient.nextText())
                    .matches("event: start\nid: [\\w-]+\ndata: \\{\"recovered\":false}\n\n");
            HubStats before = directStreamHub.stats();
            directStreamHub.blockLoopWith(() -> {
                for (int i = 0; i < 100; i++) {
                    directStreamHub.hub.publish("/a", "message " + i);
                }
            });
            for (int i = 0; i < 100; i++) {
                assertThat(chunkedStreamClient.nextText()).endsWith("\ndata: message " + i + "\n\n");
            }
            assertThat(directStreamHub.stats().wakeUps() - before.wakeUps()).isEqualTo(1);
            assertThat(directStreamHub.stats().writes() - before.writes()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("H-11 a keep-alive is sent to idle streams only, and displaces no message")
    void keepAliveOnlyWhenIdle() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "write-timeout = '10m'")) {
            ChunkedStreamClient blocked = directStreamHub.connect("/blocked", WireFormat.LINES, 4096);
            while (directStreamHub.stats().pinnedBytes() == 0) {
                directStreamHub.hub.publish("/blocked", "x".repeat(32 * 1024));
            }
            ChunkedStreamClient idle = directStreamHub.connect("/a", WireFormat.LINES);
            HubStats before = directStreamHub.stats();
            directStreamHub.streams().heartbeat(Duration.ZERO);
            assertThat(idle.nextText()).isEqualTo("\n");
            directStreamHub.streams().heartbeat(Duration.ofHours(1));
            directStreamHub.hub.publish("/a", "message");
            assertThat(idle.nextText()).isEqualTo("message\n");
            assertThat(directStreamHub.stats().writes() - before.writes()).isEqualTo(2);
            assertThat(blocked.nextText()).startsWith("xxx");
        }
    }

    @Test
    @DisplayName(
            "H-18 a stream that is ended gracefully receives the messages published before, then bye, then its end")
    void gracefulEndSendsBye() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "")) {
            ChunkedStreamClient chunkedStreamClient = directStreamHub.connect("/a", WireFormat.LINES);
            directStreamHub.hub.publish("/a", "last");
            StreamHandle streamHandle = directStreamHub.streamOf(chunkedStreamClient);
            streamHandle.endGracefully("the hub stops");
            streamHandle.endGracefully("twice");
            assertThat(chunkedStreamClient.nextText()).isEqualTo("last\n");
            assertThat(chunkedStreamClient.nextText())
                    .matches("\u001e\\{\"event\":\"bye\",\"reason\":\"the hub stops\",\"retry\":\\d{3,4}}\n");
            assertThat(chunkedStreamClient.nextChunk()).isEmpty();
            assertThat(chunkedStreamClient.isEndOfStream()).isTrue();
            DirectStreamHub.soon().until(() -> directStreamHub.stats().subscribers() == 0);
        }
    }
}
