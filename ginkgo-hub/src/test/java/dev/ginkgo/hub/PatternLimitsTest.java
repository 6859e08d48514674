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

/** Limits on pattern subscriptions: a greedy client does not affect other clients. */
class PatternLimitsTest {
    @Test
    @DisplayName(
            "H-29 patterns above the limit of the hub or of an address are answered with 429; equal patterns are shared")
    void rejectsPatternsAboveLimit() throws Exception {
        try (TestHub testHub = TestHub.startHub("max-patterns = 3\nmax-patterns-per-address = 2")) {
            List<RawHttpClient> subscribers = new ArrayList<>();
            for (String path : List.of("/a/*", "/b/*", "/a/*", "/plain", "/other")) {
                subscribers.add(testHub.lines(path));
            }
            for (String path : List.of("/c/*", "/a,/b", "/a?conflate=2s", "/a/*?poll=1&conflate=3s")) {
                try (RawHttpClient rejected = testHub.request("GET " + path)) {
                    assertThat(rejected.readToEnd())
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
            subscribers.get(1).close();
            await().untilAsserted(() -> {
                try (RawHttpClient next = testHub.request("GET /d/*")) {
                    assertThat(next.head()).startsWith("HTTP/1.1 200");
                }
            });
            for (RawHttpClient each : subscribers) {
                each.close();
            }
            await().until(() -> testHub.hub().stats().patterns() == 0);
        }
    }

    @Test
    @DisplayName(
            "H-29 thousands of patterns from one address: 429 above the limit, no more memory, same cost for others")
    void rejectsThousandsOfPatterns_withoutCostForOtherClients() throws Exception {
        int limit = 100; // the default
        try (TestHub testHub = TestHub.startHub("http.loops = 1", "http.heartbeat = '1h'");
                RawHttpClient subscriber = testHub.lines("/mine");
                ClientGroup clientGroup = ClientGroup.of(limit, i -> testHub.lines("/p/" + i + "/*"))) {
            testHub.hub().publish("/mine", "first");
            subscriber.readTo("first\n");
            long storedBytes = testHub.hub().stats().storedBytes();

            // When
            for (int i = 0; i < 3_000; i++) {
                try (RawHttpClient rejected = testHub.request("GET /q/" + i + "/>")) {
                    assertThat(rejected.readToEnd()).startsWith("HTTP/1.1 429").contains("too-many-patterns");
                }
            }

            // Then
            HubStats before = testHub.hub().stats();
            assertThat(before.patterns()).isEqualTo(limit);
            assertThat(before.storedBytes()).isEqualTo(storedBytes);
            for (int i = 0; i < 100; i++) {
                testHub.hub().publish("/mine", "again");
                subscriber.readTo("again\n");
            }
            HubStats after = testHub.hub().stats();
            assertThat(after.writes() - before.writes()).isEqualTo(100);
            assertThat(after.wakeUps() - before.wakeUps()).isEqualTo(100);
            assertThat(clientGroup).hasSize(limit);
        }
    }

    @Test
    @DisplayName("H-30 patterns with too many segments are answered with 400 in one list, and with 429 in several")
    void rejectsPatternsWithManySegments() throws Exception {
        try (TestHub testHub = TestHub.startHub("max-patterns-per-address = 40")) { // 640 segments
            String deep = "/*".repeat(60);
            String list = IntStream.range(0, 9).mapToObj(i -> deep + "/" + i).collect(Collectors.joining(","));
            assertThat(testHub.get(list).body()).contains("\"status\":400", "549 segments", "512");
            try (RawHttpClient fits = testHub.lines(list.substring(0, list.lastIndexOf(',')));
                    RawHttpClient rejected =
                            testHub.request("GET " + deep + "/x/*/*/*," + deep + "/y/>," + deep + "/z/>")) {
                assertThat(rejected.readToEnd())
                        .startsWith("HTTP/1.1 429")
                        .contains("too-many-patterns", "max-patterns-per-address");
                testHub.hub().publish("/a".repeat(60) + "/7", "x");
                assertThat(fits.readTo("\n")).isNotEmpty();
            }
        }
    }

    @Test
    @DisplayName("H-29 a list with too many names is answered with 400")
    void rejectsLongList() throws Exception {
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
    @DisplayName("H-29 a publish on a known channel visits no trie node, regardless of the number of patterns")
    void publishVisitsNoTrieNode() {
        try (Store store = store()) {
            Payload payload = Payload.text("x");
            ChannelName channel = ChannelName.of("/mine/a/b");
            store.publish(channel, payload);
            List<Subscription> subscriptions = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                String pattern = switch (i % 4) {
                    case 0 -> "/other/" + i + "/*";
                    case 1 -> "/*/" + i + "/>";
                    case 2 -> "/mine/*/" + i;
                    default -> "/mine/" + i + ",/other/" + i;
                };
                SubscribeRequest subscribeRequest = SubscribeRequest.of(ChannelSelector.of(pattern), Since.Point.NONE);
                subscriptions.add(Subscription.open(store, subscribeRequest, TimeSource.system(), new Counters()));
            }
            long storedBytes = store.usage().storedBytes();
            long before = store.trieSteps();
            for (int i = 0; i < 1_000; i++) {
                store.publish(channel, payload);
            }
            assertThat(store.trieSteps()).isEqualTo(before);
            assertThat(store.usage().storedBytes() - storedBytes).isLessThan(1_000 * 300);

            // a new channel is looked up once, only in branches that match its first segments
            store.publish(ChannelName.of("/mine/new/one"), payload);
            assertThat(store.trieSteps() - before).isBetween(1L, 10L);
            subscriptions.forEach(Subscription::close);
            assertThat(store.usage().patterns()).isZero();
            store.publish(ChannelName.of("/mine/new/two"), payload);
            assertThat(store.trieSteps() - before).isLessThan(12);
        }
    }

    @Test
    @DisplayName("H-29 patterns that match every channel count towards the store budget, which is kept")
    void patternsStayWithinBudget() throws Exception {
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
            // Each client that does not read holds one pending write, and all slabs in which that write begins and
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
