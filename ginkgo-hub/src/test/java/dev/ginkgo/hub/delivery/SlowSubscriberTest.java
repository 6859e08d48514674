package dev.ginkgo.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.HubStats;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.ReaderThreads;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A client that does not read has no effect on other clients. */
class SlowSubscriberTest {
    private static final String BIG = "x".repeat(32 * 1024 - 8);

    @Test
    @DisplayName("H-01 a client that never reads costs 999 others no wake-up and no write, and receives a gap later")
    void deadClientCostsNothing() throws Exception {
        try (DirectStreamHub directStreamHub =
                new DirectStreamHub(1, "history.count = 50\nhistory.grace = '0s'\nwrite-timeout = '10m'")) {
            // Given one loop, a client that never reads and whose socket is full, and 999 that read
            ChunkedStreamClient dead = directStreamHub.connect("/a", WireFormat.LINES, 4096);
            int filling = 0;
            while (directStreamHub.stats().pinnedBytes() == 0 || filling < 60) {
                directStreamHub.hub.publish("/a", BIG);
                filling++;
                assertThat(filling).isLessThan(1_000);
            }
            List<ChunkedStreamClient> healthy = new ArrayList<>();
            for (int i = 0; i < 999; i++) {
                healthy.add(directStreamHub.connect("/a", WireFormat.LINES));
            }
            HubStats before = directStreamHub.statsWhenIdle();

            // When messages are published, one at a time
            int messages = 100;
            for (int i = 1; i <= messages; i++) {
                directStreamHub.hub.publish("/a", "message " + i);
                directStreamHub.awaitDelivered(before.delivered() + 999L * i);
            }

            // Then: one write per healthy client and message, none for the dead client, one wake-up per message
            HubStats after = directStreamHub.stats();
            assertThat(after.writes() - before.writes()).isEqualTo(999L * messages);
            assertThat(after.wakeUps() - before.wakeUps()).isEqualTo(messages);
            assertThat(after.delivered() - before.delivered()).isEqualTo(999L * messages);
            assertThat(after.gaps()).isEqualTo(before.gaps());
            for (ChunkedStreamClient chunkedStreamClient : healthy) {
                for (int i = 1; i <= messages; i++) {
                    assertThat(chunkedStreamClient.nextText()).isEqualTo("message " + i + "\n");
                }
            }

            // And when the dead client reads after all, it receives whole messages, gaps, and the newest message
            long seen = 0;
            long missed = 0;
            long gaps = 0;
            String text = dead.nextText();
            while (!text.equals("message " + messages + "\n")) {
                if (text.startsWith("\u001e")) {
                    assertThat(text).matches("\u001e\\{\"event\":\"gap\",\"missed\":\\d+,\"id\":\"[\\w-]+\"}\n");
                    missed += missed(text);
                    gaps++;
                } else {
                    seen++;
                }
                text = dead.nextText();
            }
            assertThat(seen + 1 + missed).isEqualTo(filling + messages);
            assertThat(directStreamHub.stats().gaps()).isEqualTo(gaps);
            assertThat(directStreamHub.stats().dropped()).isEqualTo(missed).isPositive();
        }
    }

    @Test
    @DisplayName("H-01 with one dead client, all others receive 400 messages of 32 KiB")
    void largeMessagesReachAllOthers() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(2, "")) {
            directStreamHub.connect("/a", WireFormat.LINES, 4096); // never reads
            List<ChunkedStreamClient> healthy = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                healthy.add(directStreamHub.connect("/a", WireFormat.LINES));
            }
            ReaderThreads reading = ReaderThreads.of(healthy, chunkedStreamClient -> {
                for (int i = 0; i < 400; i++) {
                    assertThat(chunkedStreamClient.nextText()).isEqualTo("%08d".formatted(i) + BIG + "\n");
                }
            });
            for (int i = 0; i < 400; i++) {
                directStreamHub.hub.publish("/a", "%08d".formatted(i) + BIG);
            }
            reading.join();
            HubStats stats = directStreamHub.stats();
            assertThat(stats.storedBytes()).isLessThan(64 << 20);
            assertThat(stats.pinnedBytes()).isBetween(1L, 2L * EncodedFeed.MAX_BATCH_BYTES);
            assertThat(stats.gaps()).isZero();
        }
    }

    @Test
    @DisplayName("H-01 a write pending for longer than write-timeout closes the connection and is counted")
    void writeTimeoutClosesConnection() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "write-timeout = '200ms'")) {
            try (ChunkedStreamClient dead = directStreamHub.connect("/a", WireFormat.LINES, 4096);
                    ChunkedStreamClient healthy = directStreamHub.connect("/b", WireFormat.LINES)) {
                while (directStreamHub.stats().pinnedBytes() == 0) {
                    directStreamHub.hub.publish("/a", BIG);
                }
                DirectStreamHub.soon().untilAsserted(() -> {
                    assertThat(directStreamHub.stats().stalled()).isEqualTo(1);
                    assertThat(directStreamHub.stats().subscribers()).isEqualTo(1);
                    assertThat(directStreamHub.stats().pinnedBytes()).isZero();
                });
                directStreamHub.hub.publish("/b", "still here");
                assertThat(healthy.nextText()).isEqualTo("still here\n");
                assertThat(dead.port()).isPositive();
            }
        }
    }

    @Test
    @DisplayName("H-28 a client blocked in the middle of a frame whose slab is evicted receives whole frames and a gap")
    void blockedClientReceivesWholeFrames() throws Exception {
        try (DirectStreamHub directStreamHub =
                new DirectStreamHub(1, "history.count = 4\nhistory.grace = '0s'\nwrite-timeout = '10m'")) {
            try (ChunkedStreamClient slow = directStreamHub.connect("/a", WireFormat.NDJSON, 4096)) {
                // Given a client with a pending write
                int published = 0;
                while (directStreamHub.stats().pinnedBytes() == 0) {
                    directStreamHub.hub.publish("/a", "%08d".formatted(published++) + BIG);
                }
                // When the messages of that write were evicted from the log, and others were published
                for (int i = 0; i < 100; i++) {
                    directStreamHub.hub.publish("/a", "%08d".formatted(published++) + BIG);
                }
                // Then each chunk is whole and in order, and the gaps cover exactly the missing messages
                assertThat(slow.nextText()).startsWith("{\"event\":\"start\",\"recovered\":false,\"id\":");
                int expected = 0;
                int gaps = 0;
                while (expected < published) {
                    String line = slow.nextText();
                    if (line.startsWith("{\"event\":\"gap\",\"missed\":")) {
                        gaps++;
                        expected += (int) missed(line);
                    } else {
                        assertThat(line).endsWith(",\"data\":\"%08d".formatted(expected) + BIG + "\"}\n");
                        expected++;
                    }
                }
                assertThat(expected).isEqualTo(published);
                assertThat(directStreamHub.stats().gaps()).isEqualTo(gaps).isPositive();
            }
        }
    }

    private static long missed(String gap) {
        return Long.parseLong(gap.replaceAll(".*\"missed\":(\\d+).*\\s*", "$1"));
    }
}
