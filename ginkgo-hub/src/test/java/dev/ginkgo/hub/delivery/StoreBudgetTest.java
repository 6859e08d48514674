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

/** Whatever is published and however it is read, the store stays inside its budget. */
class StoreBudgetTest {
    private static final List<WireFormat> FRAMINGS = List.of(WireFormat.LINES, WireFormat.SSE, WireFormat.NDJSON);

    @Test
    @DisplayName("H-29 50,000 messages of mixed sizes through 10,000 channels, readers at every position")
    void suite() throws Exception {
        stayInside("8MiB", 50_000);
    }

    @Test
    @Tag("long")
    @DisplayName("H-29 a million messages of mixed sizes through 10,000 channels, readers at every position")
    void million() throws Exception {
        stayInside("64MiB", 1_000_000);
    }

    private static void stayInside(String budget, int messages) throws Exception {
        Random random = new Random(1);
        long most = Size.of(budget).bytes();
        try (DirectStreamHub directStreamHub = new DirectStreamHub(
                2, "store.budget = '" + budget + "'\nmax-channels = 20000\nwrite-timeout = '10m'")) {
            List<Subscription> subscriptions = new ArrayList<>();
            List<ChunkedStreamClient> peers = new ArrayList<>();
            long begin = TimeSource.system().nanos();
            long highest = 0;
            long beside = 0;
            for (int i = 0; i < messages; i++) {
                int channel = random.nextInt(10) < 8 ? random.nextInt(10_000) : random.nextInt(10);
                int size = random.nextInt(100) == 0 ? random.nextInt(50_000) : random.nextInt(300);
                directStreamHub.hub.publish("/c/" + channel, "x".repeat(size));
                if (i % (messages / 100) == 0) { // readers that stay where they are
                    Since since = i % 3 == 0 ? Since.Point.ALL : i % 3 == 1 ? Since.Point.LATEST : Since.Point.NONE;
                    String what = i % 5 == 0 ? "/c/*" : "/c/" + random.nextInt(10);
                    subscriptions.add(directStreamHub.hub.subscribe(what, since).onGap(gap -> {}));
                    peers.add(directStreamHub.connect(
                            SubscribeRequest.of(ChannelSelector.of(what), since), FRAMINGS.get(i % 3), 4096));
                }
                if (i % 100 == 0) {
                    highest = Math.max(highest, directStreamHub.stats().storedBytes());
                    beside = Math.max(beside, directStreamHub.memory.metric().usedDirectMemory());
                    assertThat(highest).isLessThanOrEqualTo(most);
                    assertThat(beside).isLessThan(most + peers.size() * (EncodedFeed.MAX_BATCH_BYTES + 60_000L));
                }
            }
            double seconds = (TimeSource.system().nanos() - begin) / 1e9;
            Measurements.record("budget " + budget + ", messages a second", Math.round(messages / seconds));
            Measurements.record("budget " + budget + ", most that was stored, bytes", highest);
            Measurements.record("budget " + budget + ", most direct memory, bytes", beside);
            Measurements.record(
                    "budget " + budget + ", gaps told", directStreamHub.stats().gaps());

            // Then whoever stayed where he was can read, and when all have left, only messages are held
            for (Subscription each : subscriptions) {
                each.take();
                each.close();
            }
            for (ChunkedStreamClient each : peers) {
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
