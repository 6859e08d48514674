package dev.ginkgo.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.HubStats;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The store stays within its budget under any mix of messages and subscribers. */
class StoreBudgetTest {
    private static final List<WireFormat> WIRE_FORMATS = List.of(WireFormat.LINES, WireFormat.SSE, WireFormat.NDJSON);

    @Test
    @DisplayName(
            "H-29 the store stays within budget: 50,000 messages of mixed sizes, 10,000 channels, subscribers anywhere")
    void fiftyThousandMessages() throws Exception {
        assertWithinBudget("8MiB", 50_000);
    }

    @Test
    @Tag("long")
    @DisplayName(
            "H-29 the store stays within budget: a million messages of mixed sizes, 10,000 channels, subscribers anywhere")
    void aMillionMessages() throws Exception {
        assertWithinBudget("64MiB", 1_000_000);
    }

    private static void assertWithinBudget(String budget, int messages) throws Exception {
        Random random = new Random(1);
        long maxBytes = Size.of(budget).bytes();
        try (DirectStreamHub directStreamHub = new DirectStreamHub(
                2, "store.budget = '" + budget + "'\nmax-channels = 20000\nwrite-timeout = '10m'")) {
            List<Subscription> subscriptions = new ArrayList<>();
            List<ChunkedStreamClient> clients = new ArrayList<>();
            long begin = TimeSource.system().nanos();
            long maxStored = 0;
            long maxDirect = 0;
            for (int i = 0; i < messages; i++) {
                int channel = random.nextInt(10) < 8 ? random.nextInt(10_000) : random.nextInt(10);
                int size = random.nextInt(100) == 0 ? random.nextInt(50_000) : random.nextInt(300);
                directStreamHub.hub.publish("/c/" + channel, "x".repeat(size));
                if (i % (messages / 100) == 0) { // subscribers that do not read
                    Since since = i % 3 == 0 ? Since.Point.ALL : i % 3 == 1 ? Since.Point.LATEST : Since.Point.NONE;
                    String channels = i % 5 == 0 ? "/c/*" : "/c/" + random.nextInt(10);
                    subscriptions.add(
                            directStreamHub.hub.subscribe(channels, since).onGap(gap -> {}));
                    clients.add(directStreamHub.connect(
                            SubscribeRequest.of(ChannelSelector.of(channels), since), WIRE_FORMATS.get(i % 3), 4096));
                }
                if (i % 100 == 0) {
                    maxStored = Math.max(maxStored, directStreamHub.stats().storedBytes());
                    maxDirect =
                            Math.max(maxDirect, directStreamHub.memory.metric().usedDirectMemory());
                    // What a finished write of one of the two loops has retained counts until the next eviction.
                    assertThat(maxStored).isLessThanOrEqualTo(maxBytes + 2L * EncodedFeed.MAX_BATCH_BYTES);
                    assertThat(maxDirect)
                            .isLessThan(maxBytes + clients.size() * (EncodedFeed.MAX_BATCH_BYTES + 60_000L));
                }
            }
            double seconds = (TimeSource.system().nanos() - begin) / 1e9;
            Measurements.record("budget " + budget + ", messages per second", Math.round(messages / seconds));
            Measurements.record("budget " + budget + ", maximum stored, bytes", maxStored);
            Measurements.record("budget " + budget + ", maximum direct memory, bytes", maxDirect);
            Measurements.record(
                    "budget " + budget + ", gaps reported",
                    directStreamHub.stats().gaps());

            // Then subscribers that have not read can read, and when all have closed, only messages are stored
            for (Subscription each : subscriptions) {
                each.take();
                each.close();
            }
            for (ChunkedStreamClient each : clients) {
                each.close();
            }
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                HubStats stats = directStreamHub.stats();
                assertThat(stats.subscribers()).isZero();
                assertThat(stats.patterns()).isZero();
                assertThat(stats.views()).isZero();
                assertThat(stats.pinnedBytes()).isZero();
                assertThat(directStreamHub.memory.metric().usedDirectMemory()).isZero();
            });
            assertThat(directStreamHub.stats().storedBytes()).isPositive();
        }
    }
}
