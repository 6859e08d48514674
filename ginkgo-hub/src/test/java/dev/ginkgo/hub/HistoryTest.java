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

/** What a reader gets that asks for what was before. */
class HistoryTest {
    private static final String RECOVERED = "\u001e{\"event\":\"start\",\"recovered\":true,ID}\n";
    private static final String LOST = "\u001e{\"event\":\"start\",\"recovered\":false,ID}\n";

    @Test
    @DisplayName("H-15 H-26 since an id, all, latest, a time: first start, then what was before, then what comes")
    void forms() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            List<String> ids = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                ids.add(testHub.hub().publish("/a", Integer.toString(i)).id());
                testHub.hub().publish("/b", "not this");
            }
            String id = ids.get(1);
            assertThat(testHub.readLinesTo("/a?since=" + id, "4")).isEqualTo(RECOVERED + "3\n4\n");
            assertThat(testHub.readLinesTo("/a?last_event_id=" + id, "4")).isEqualTo(RECOVERED + "3\n4\n");
            assertThat(testHub.readLinesTo("/a", "4", "Last-Event-ID: " + id)).isEqualTo(RECOVERED + "3\n4\n");
            assertThat(testHub.readLinesTo("/a?since=all", "4")).isEqualTo(RECOVERED + "1\n2\n3\n4\n");
            assertThat(testHub.readLinesTo("/a?since=latest", "4")).isEqualTo(RECOVERED + "4\n");
            assertThat(testHub.readLinesTo("/a?since=10m", "4")).isEqualTo(LOST + "1\n2\n3\n4\n"); // the hub is younger
            assertThat(testHub.readLinesTo("/a?since=" + (Instant.now().getEpochSecond() - 600), "4"))
                    .isEqualTo(LOST + "1\n2\n3\n4\n");
        }
    }

    @Test
    @DisplayName("H-15 the header counts before last_event_id, and that before since; none is as if it were not there")
    void precedence() throws Exception {
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
    @DisplayName("H-15 what cannot be understood is a 400 that says what there is")
    void malformed() throws Exception {
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
    @DisplayName("H-15 in server-sent events, NDJSON and WebSocket too")
    void framings() throws Exception {
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
    @DisplayName("H-15 a browser that has seen no message yet misses none either: start has an id")
    void nothingSeenYet() throws Exception {
        try (TestHub testHub = TestHub.start();
                EventSourceClient eventSourceClient = new EventSourceClient(testHub, "/a")) {
            eventSourceClient.connect();
            assertThat(eventSourceClient.next().name()).isEqualTo("start");
            eventSourceClient.disconnect();
            testHub.hub().publish("/a", "while it was away");
            eventSourceClient.connect();
            assertThat(eventSourceClient.next().data()).isEqualTo("{\"recovered\":true}");
            assertThat(eventSourceClient.next().data()).isEqualTo("while it was away");
        }
    }

    @Test
    @DisplayName("H-15 when messages after the id are gone, or the hub was restarted, it says so and gives all it has")
    void notRecovered() throws Exception {
        try (TestHub testHub = TestHub.startHub("history.count = 2")) {
            String first = testHub.hub().publish("/a", "1").id();
            for (int i = 2; i <= 4; i++) {
                testHub.hub().publish("/a", Integer.toString(i));
            }
            assertThat(testHub.readLinesTo("/a?since=" + first, "4")).isEqualTo(LOST + "3\n4\n");
            assertThat(testHub.readLinesTo("/a?since=all", "4")).isEqualTo(LOST + "3\n4\n");
            String earlier = MessageId.of(0, 1, 3).text();
            assertThat(testHub.readLinesTo("/a?since=" + earlier, "4")).isEqualTo(LOST + "3\n4\n");
            String never = MessageId.of(0, Long.MAX_VALUE, 3).text();
            assertThat(testHub.readLinesTo("/a?since=" + never, "4")).isEqualTo(LOST + "3\n4\n");
            assertThat(testHub.hub().stats().notRecovered()).isEqualTo(4);
        }
    }

    @Test
    @DisplayName("H-15 a channel that was forgotten remembers what is gone of it; of others it says nothing wrong")
    void forgottenChannel() throws Exception {
        try (TestHub testHub = TestHub.startHub("store.budget = '64KiB'")) {
            String before = testHub.hub().publish("/other", "x").id();
            String first = testHub.hub().publish("/a", "1").id();
            String second = testHub.hub().publish("/a", "2").id();
            for (int i = 0; i < 20; i++) {
                testHub.hub().publish("/big", "x".repeat(8_000)); // everything else goes
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
    @DisplayName("H-15 in Java: history first, then what comes; a loss is a gap whose number nobody knows")
    void java() throws Exception {
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
    @DisplayName("H-16 a tight loop of more than history.count messages does not overtake readers who are there")
    void tightLoop() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "history.count = 10")) {
            ChunkedStreamClient chunkedStreamClient = directStreamHub.connect("/a", WireFormat.LINES);
            directStreamHub.blockLoopWith(() -> {
                for (int i = 0; i < 1_000; i++) {
                    directStreamHub.hub.publish("/a", Integer.toString(i));
                    directStreamHub.hub.publish("/nobody", Integer.toString(i));
                }
            });
            for (int i = 0; i < 1_000; i++) {
                assertThat(chunkedStreamClient.nextText()).isEqualTo(i + "\n");
            }
            assertThat(directStreamHub.stats().gaps()).isZero();
            try (Subscription left =
                    directStreamHub.hub.subscribe("/nobody", Since.Point.ALL).onGap(gap -> {})) {
                assertThat(left.take().text()).isEqualTo("990");
            }
            // and what is over the count goes when the moment is over
            DirectStreamHub.soon().until(() -> directStreamHub.stats().storedBytes() < 20_000);
        }
    }

    @Test
    @DisplayName("H-16 a reader overtaken while it was idle is told within a second: how many, and where it goes on")
    void overtakenWhileIdle() throws Exception {
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
                String said = chunkedStreamClient.nextText();
                while (!said.contains("gap")) {
                    said = chunkedStreamClient.nextText();
                }
                assertThat(said).contains("\"missed\":90", ids.get(89));
                assertThat(chunkedStreamClient.nextText()).contains("90");
            }
        }
    }
}
