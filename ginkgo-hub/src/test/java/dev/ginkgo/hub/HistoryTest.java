package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.StoredMessage;
import dev.ginkgo.hub.message.Gap;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.EventSourceClient;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The history that a subscription with a start position receives. */
class HistoryTest {
    private static final String RECOVERED = "\u001e{\"event\":\"start\",\"recovered\":true,ID}\n";
    private static final String LOST = "\u001e{\"event\":\"start\",\"recovered\":false,ID}\n";

    @Test
    @DisplayName("H-15 H-26 since=id, all, latest or a time: first the event start, then history, then live messages")
    void eachStartPositionDeliversItsHistory() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            List<String> ids = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                ids.add(testHub.hub().publish("/a", Integer.toString(i)).id());
                testHub.hub().publish("/b", "other channel");
            }
            String id = ids.get(1);
            assertThat(testHub.readLinesTo("/a?since=" + id, "4")).isEqualTo(RECOVERED + "3\n4\n");
            assertThat(testHub.readLinesTo("/a?last_event_id=" + id, "4")).isEqualTo(RECOVERED + "3\n4\n");
            assertThat(testHub.readLinesTo("/a", "4", "Last-Event-ID: " + id)).isEqualTo(RECOVERED + "3\n4\n");
            assertThat(testHub.readLinesTo("/a?since=all", "4")).isEqualTo(RECOVERED + "1\n2\n3\n4\n");
            assertThat(testHub.readLinesTo("/a?since=latest", "4")).isEqualTo(RECOVERED + "4\n");
            // The hub started less than 10 minutes ago, so recovered is false.
            assertThat(testHub.readLinesTo("/a?since=10m", "4")).isEqualTo(LOST + "1\n2\n3\n4\n");
            assertThat(testHub.readLinesTo("/a?since=" + (Instant.now().getEpochSecond() - 600), "4"))
                    .isEqualTo(LOST + "1\n2\n3\n4\n");
        }
    }

    @Test
    @DisplayName("H-15 Last-Event-ID overrides last_event_id, which overrides since; since=none delivers no history")
    void headerOverridesParameters() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            String first = testHub.hub().publish("/a", "1").id();
            String second = testHub.hub().publish("/a", "2").id();
            testHub.hub().publish("/a", "3");
            assertThat(testHub.readLinesTo("/a?since=all&last_event_id=" + first, "3", "Last-Event-ID: " + second))
                    .isEqualTo(RECOVERED + "3\n");
            assertThat(testHub.readLinesTo("/a?since=all&last_event_id=" + second, "3", "Last-Event-ID: "))
                    .isEqualTo(RECOVERED + "3\n");
            try (RawHttpClient none = testHub.lines("/a?since=none")) {
                testHub.hub().publish("/a", "4");
                assertThat(none.readTo("\n\r\n")).isEqualTo("2\r\n4\n\r\n");
            }
        }
    }

    @Test
    @DisplayName("H-15 an invalid start position is answered with a 400 that lists the valid ones")
    void rejectsInvalidStartPosition() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            for (String since : List.of("", "yesterday", "10", "-5m", "10x", "AAA", "99999999999999999999h", "%00")) {
                if (!since.equals("10")) {
                    assertThat(testHub.get("/a?since=" + since).body())
                            .as(since)
                            .contains("\"code\":\"bad-parameter\"", "10m", "all, latest or none");
                }
            }
            assertThat(testHub.get("/a", "Last-Event-ID", "no id").body())
                    .contains("bad-parameter", "Last-Event-ID", "since=10m", "since=latest");
            assertThat(testHub.get("/a?last_event_id=AA").body()).contains("bad-parameter", "last_event_id");
            assertThat(testHub.hub().stats().subscribers()).isZero();
        }
    }

    @Test
    @DisplayName("H-15 history is also delivered as server-sent events, NDJSON and WebSocket frames")
    void deliversHistoryInEachWireFormat() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            String id = testHub.hub().publish("/a", "1").id();
            String last = testHub.hub().publish("/a", "2").id();
            try (EventSourceClient eventSourceClient = new EventSourceClient(testHub, "/a?since=" + id)) {
                eventSourceClient.connect();
                assertThat(eventSourceClient.next())
                        .isEqualTo(new EventSourceClient.Event("start", "{\"recovered\":true}"));
                assertThat(eventSourceClient.lastId()).isEqualTo(id);
                assertThat(eventSourceClient.next()).isEqualTo(new EventSourceClient.Event("message", "2"));
                assertThat(eventSourceClient.lastId()).isEqualTo(last);
            }
            try (RawHttpClient ndjson = testHub.request("GET /a?as=ndjson&since=" + id)) {
                assertThat(ndjson.readTo("\"2\"}")).contains("\"recovered\":true", "\"data\":\"2\"");
            }
            try (RawHttpClient socket = testHub.request(
                    "GET /a?since=" + id,
                    "Upgrade: websocket",
                    "Connection: Upgrade",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")) {
                assertThat(socket.head()).startsWith("HTTP/1.1 101");
                assertThat(socket.readTo("2")).contains("\"recovered\":true");
            }
        }
    }

    @Test
    @DisplayName("H-15 a browser that reconnects before its first message misses none: the event start has an id")
    void resumesFromStartEvent() throws Exception {
        try (TestHub testHub = TestHub.start();
                EventSourceClient eventSourceClient = new EventSourceClient(testHub, "/a")) {
            eventSourceClient.connect();
            assertThat(eventSourceClient.next().name()).isEqualTo("start");
            eventSourceClient.disconnect();
            testHub.hub().publish("/a", "while it was disconnected");
            eventSourceClient.connect();
            assertThat(eventSourceClient.next().data()).isEqualTo("{\"recovered\":true}");
            assertThat(eventSourceClient.next().data()).isEqualTo("while it was disconnected");
        }
    }

    @Test
    @DisplayName(
            "H-15 if messages after the id were evicted, or the hub restarted: recovered is false, and all history follows")
    void reportsNotRecovered_afterEvictionOrRestart() throws Exception {
        try (TestHub testHub = TestHub.startHub("history.count = 2")) {
            String first = testHub.hub().publish("/a", "1").id();
            for (int i = 2; i <= 4; i++) {
                testHub.hub().publish("/a", Integer.toString(i));
            }
            assertThat(testHub.readLinesTo("/a?since=" + first, "4")).isEqualTo(LOST + "3\n4\n");
            assertThat(testHub.readLinesTo("/a?since=all", "4")).isEqualTo(LOST + "3\n4\n");
            String earlierIncarnation = MessageId.of(0, 1, 3).text();
            assertThat(testHub.readLinesTo("/a?since=" + earlierIncarnation, "4"))
                    .isEqualTo(LOST + "3\n4\n");
            String unknownIncarnation = MessageId.of(0, Long.MAX_VALUE, 3).text();
            assertThat(testHub.readLinesTo("/a?since=" + unknownIncarnation, "4"))
                    .isEqualTo(LOST + "3\n4\n");
            assertThat(testHub.hub().stats().notRecovered()).isEqualTo(4);
        }
    }

    @Test
    @DisplayName(
            "H-15 a forgotten channel keeps its eviction watermark, and other channels still report recovered: true")
    void forgottenChannelKeepsEvictionWatermark() throws Exception {
        try (TestHub testHub = TestHub.startHub("store.budget = '64KiB'")) {
            String before = testHub.hub().publish("/other", "x").id();
            String first = testHub.hub().publish("/a", "1").id();
            String second = testHub.hub().publish("/a", "2").id();
            for (int i = 0; i < 20; i++) {
                testHub.hub().publish("/big", "x".repeat(8_000)); // evicts all other channels
            }
            assertThat(testHub.hub().stats().channels()).isEqualTo(1);
            testHub.hub().publish("/a", "3");
            assertThat(testHub.readLinesTo("/a?since=" + second, "3")).isEqualTo(RECOVERED + "3\n");
            assertThat(testHub.readLinesTo("/a?since=" + first, "3")).isEqualTo(LOST + "3\n");
            testHub.hub().publish("/never", "1");
            assertThat(testHub.readLinesTo("/never?since=" + before, "1")).isEqualTo(RECOVERED + "1\n");
        }
    }

    @Test
    @DisplayName("H-15 in Java: history first, then live messages; messages evicted earlier are a gap of unknown size")
    void javaSubscriptionReceivesHistoryAndGap() throws Exception {
        try (TestHub testHub = TestHub.startHub("history.count = 2")) {
            MessageHub hub = testHub.hub();
            String first = hub.publish("/a", "1").id();
            String second = hub.publish("/a", "2").id();
            hub.publish("/a", "3");
            try (Subscription all = hub.subscribe("/a", Since.Point.ALL).onGap(gap -> {});
                    Subscription after = hub.subscribe("/a", new Since.After(second));
                    Subscription latest = hub.subscribe("/a", Since.Point.LATEST)) {
                hub.publish("/a", "4");
                assertThat(List.of(after.take().text(), after.take().text())).containsExactly("3", "4");
                assertThat(List.of(latest.take().text(), latest.take().text())).containsExactly("3", "4");
                assertThat(List.of(
                                all.take().text(), all.take().text(), all.take().text()))
                        .containsExactly("2", "3", "4");
            }
            List<Gap> gaps = new ArrayList<>();
            try (Subscription late = hub.subscribe("/a", new Since.After(first)).onGap(gaps::add)) {
                Message message = late.take();
                assertThat(message.text()).isEqualTo("3");
                assertThat(gaps).singleElement().satisfies(gap -> {
                    assertThat(gap.missed()).isEqualTo(Gap.UNKNOWN);
                    assertThat(gap.after()).isEqualTo(((StoredMessage) message).idBefore());
                });
            }
        }
    }

    @Test
    @DisplayName("H-16 publishing more than history.count messages in a tight loop causes no gap for live subscribers")
    void tightLoopCausesNoGap() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "history.count = 10")) {
            ChunkedStreamClient chunkedStreamClient = directStreamHub.connect("/a", WireFormat.LINES);
            directStreamHub.blockLoopWith(() -> {
                for (int i = 0; i < 1_000; i++) {
                    directStreamHub.hub.publish("/a", Integer.toString(i));
                    directStreamHub.hub.publish("/unread", Integer.toString(i));
                }
            });
            for (int i = 0; i < 1_000; i++) {
                assertThat(chunkedStreamClient.nextText()).isEqualTo(i + "\n");
            }
            assertThat(directStreamHub.stats().gaps()).isZero();
            try (Subscription retained =
                    directStreamHub.hub.subscribe("/unread", Since.Point.ALL).onGap(gap -> {})) {
                assertThat(retained.take().text()).isEqualTo("990");
            }
            // and messages above history.count are evicted once the grace period is over
            DirectStreamHub.soon().until(() -> directStreamHub.stats().storedBytes() < 20_000);
        }
    }

    @Test
    @DisplayName(
            "H-16 an idle subscriber that falls behind retention gets a gap within a second, with its size and an id")
    void idleSubscriberReceivesGap() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "history.count = 10\nhistory.grace = '0s'")) {
            for (WireFormat wireFormat : List.of(WireFormat.LINES, WireFormat.NDJSON, WireFormat.SSE)) {
                ChunkedStreamClient chunkedStreamClient = directStreamHub.connect("/" + wireFormat, wireFormat);
                List<String> ids = new ArrayList<>();
                directStreamHub.blockLoopWith(() -> {
                    for (int i = 0; i < 100; i++) {
                        ids.add(directStreamHub
                                .hub
                                .publish("/" + wireFormat, Integer.toString(i))
                                .id());
                    }
                });
                String event = chunkedStreamClient.nextText();
                while (!event.contains("gap")) {
                    event = chunkedStreamClient.nextText();
                }
                assertThat(event).contains("\"missed\":90", ids.get(89));
                assertThat(chunkedStreamClient.nextText()).contains("90");
            }
        }
    }
}
