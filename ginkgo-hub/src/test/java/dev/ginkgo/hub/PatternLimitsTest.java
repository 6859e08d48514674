package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.delivery.EncodedFeed;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.testing.ClientGroup;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A stranger who opens more than he needs harms nobody else. */
class PatternLimitsTest {
    @Test
    @DisplayName("H-29 patterns beyond the limit, here or of one address, are a 429; what is the same is shared")
    void limits() throws Exception {
        try (TestHub testHub = TestHub.startHub("max-patterns = 3\nmax-patterns-per-address = 2")) {
            List<RawHttpClient> readers = new ArrayList<>();
            for (String path : List.of("/a/*", "/b/*", "/a/*", "/plain", "/other")) {
                readers.add(testHub.lines(path));
            }
            for (String path : List.of("/c/*", "/a,/b", "/a?conflate=2s", "/a/*?poll=1&conflate=3s")) {
                try (RawHttpClient refused = testHub.request("GET " + path)) {
                    assertThat(refused.readToEnd())
                            .as(path)
                            .startsWith("HTTP/1.1 429")
                            .contains("too-many-patterns", "max-patterns-per-address", "Retry-After: ");
                }
            }
            Subscription third = testHub.hub().subscribe("/c/>");
            assertThatThrownBy(() -> testHub.hub().subscribe("/d/>"))
                    .isInstanceOfSatisfying(
                            HubRejectedException.class,
                            e -> assertThat(e.reason()).isEqualTo(HubRejectedException.Reason.TOO_MANY_PATTERNS))
                    .hasMessageContaining("`max-patterns` = 3");
            third.close();
            readers.get(1).close();
            await().untilAsserted(() -> {
                try (RawHttpClient next = testHub.request("GET /d/*")) {
                    assertThat(next.head()).startsWith("HTTP/1.1 200");
                }
            });
            for (RawHttpClient each : readers) {
                each.close();
            }
            await().until(() -> testHub.hub().stats().patterns() == 0);
        }
    }

    @Test
    @DisplayName("H-29 thousands of patterns from one address: 429 from the limit on, no more memory, others as before")
    void thousands() throws Exception {
        int limit = 100; // the default
        try (TestHub testHub = TestHub.startHub("http.loops = 1", "http.heartbeat = '1h'");
                RawHttpClient reader = testHub.lines("/mine");
                ClientGroup clientGroup = ClientGroup.of(limit, i -> testHub.lines("/p/" + i + "/*"))) {
            testHub.hub().publish("/mine", "first");
            reader.readTo("first\n");
            long held = testHub.hub().stats().storedBytes();

            // When
            for (int i = 0; i < 3_000; i++) {
                try (RawHttpClient refused = testHub.request("GET /q/" + i + "/>")) {
                    assertThat(refused.readToEnd()).startsWith("HTTP/1.1 429").contains("too-many-patterns");
                }
            }

            // Then
            HubStats before = testHub.hub().stats();
            assertThat(before.patterns()).isEqualTo(limit);
            assertThat(before.storedBytes()).isEqualTo(held);
            for (int i = 0; i < 100; i++) {
                testHub.hub().publish("/mine", "again");
                reader.readTo("again\n");
            }
            HubStats after = testHub.hub().stats();
            assertThat(after.writes() - before.writes()).isEqualTo(100);
            assertThat(after.wakeUps() - before.wakeUps()).isEqualTo(100);
            assertThat(clientGroup).hasSize(limit);
        }
    }

    @Test
    @DisplayName("H-29 a list of too many names is a 400")
    void longList() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            String list = IntStream.range(0, 65).mapToObj(i -> "/" + i).collect(Collectors.joining(","));
            assertThat(testHub.get(list).body()).contains("\"status\":400", "too-many-names", "64");
            try (RawHttpClient fits = testHub.lines(list.substring(0, list.lastIndexOf(',')))) {
                testHub.hub().publish("/63", "x");
                assertThat(fits.readTo("\n")).isNotEmpty();
            }
        }
    }

    @Test
    @DisplayName("H-29 a publish looks at no node of the trie, however many patterns strangers read")
    void publishPath() {
        try (Store store = store()) {
            Payload payload = Payload.text("x");
            ChannelName mine = ChannelName.of("/mine/a/b");
            store.publish(mine, payload);
            List<Subscription> strangers = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                String pattern = switch (i % 4) {
                    case 0 -> "/stranger/" + i + "/*";
                    case 1 -> "/*/" + i + "/>";
                    case 2 -> "/mine/*/" + i;
                    default -> "/mine/" + i + ",/stranger/" + i;
                };
                SubscribeRequest subscribeRequest = SubscribeRequest.of(ChannelSelector.of(pattern), Since.Point.NONE);
                strangers.add(Subscription.open(store, subscribeRequest, TimeSource.system(), new Counters()));
            }
            long held = store.usage().storedBytes();
            long before = store.trieSteps();
            for (int i = 0; i < 1_000; i++) {
                store.publish(mine, payload);
            }
            assertThat(store.trieSteps()).isEqualTo(before);
            assertThat(store.usage().storedBytes() - held).isLessThan(1_000 * 300);

            // a new channel is looked up once, and only where the beginning of a pattern fits
            store.publish(ChannelName.of("/mine/new/one"), payload);
            assertThat(store.trieSteps() - before).isBetween(1L, 10L);
            strangers.forEach(Subscription::close);
            assertThat(store.usage().patterns()).isZero();
            store.publish(ChannelName.of("/mine/new/two"), payload);
            assertThat(store.trieSteps() - before).isLessThan(12);
        }
    }

    @Test
    @DisplayName("H-29 patterns that match everything are charged to the budget, which holds")
    void memory() throws Exception {
        try (DirectStreamHub directStreamHub =
                new DirectStreamHub(1, "store.budget = '1MiB'\nmax-patterns = 200\nmax-patterns-per-address = 200")) {
            for (int i = 0; i < 50; i++) {
                directStreamHub.connect(
                        SubscribeRequest.of(
                                ChannelSelector.of("/>,/x/" + i), i % 2 == 0 ? Since.Point.ALL : Since.Point.LATEST),
                        WireFormat.NDJSON,
                        4096);
            }
            for (int i = 0; i < 5_000; i++) {
                directStreamHub.hub.publish("/c/" + i % 100, "x".repeat(i % 700));
                assertThat(directStreamHub.stats().storedBytes()).isLessThanOrEqualTo(1 << 20);
            }
            // Each that does not read holds one write, and with it the whole of the slabs in which that begins and
            // ends.
            DirectStreamHub.soon().untilAsserted(() -> {
                assertThat(directStreamHub.stats().pinnedBytes())
                        .isLessThanOrEqualTo(50L * EncodedFeed.MAX_BATCH_BYTES);
                assertThat(directStreamHub.memory.metric().usedDirectMemory())
                        .isLessThan((1 << 20) + 50L * 3 * EncodedFeed.MAX_BATCH_BYTES);
            });
        }
    }

    private static Store store() {
        return new Store(
                new StoreLimits(
                        () -> Size.ofMebibytes(64),
                        () -> 1_000_000,
                        () -> Duration.ZERO,
                        () -> Duration.ofMinutes(10),
                        () -> 10_000,
                        () -> 10_000),
                TimeSource.system(),
                1,
                new Counters());
    }
}
