package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.PatternTrie;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.message.InvalidChannelException;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.EventSourceClient;
import dev.ginkgo.hub.testing.TestHub;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Patterns and lists of channels: matching, history, wire formats, gaps and cost. */
class PatternTest {
    @ParameterizedTest
    @CsvSource({
        "/a/*, /a/b, true",
        "/a/*, /a, false",
        "/a/*, /a/b/c, false",
        "/*/b, /a/b, true",
        "/*/b, /a/c, false",
        "/a/>, /a/b, true",
        "/a/>, /a/b/c/d, true",
        "/a/>, /a, false",
        "/a/>, /ab/c, false",
        "/>, /a, true",
        "/>, /a/b, true",
        "/*/>, /a/b, true",
        "/*/>, /a, false",
        "/a, /ab, false",
        "'/a,/b/*', /a, true",
        "'/a,/b/*', /b/c, true",
        "'/a,/b/*', /b, false"
    })
    @DisplayName("H-05 * matches one segment and > the rest, as in NATS; the trie gives the same result")
    void matchesAsInNats(String pattern, String channel, boolean matches) {
        ChannelSelector channelSelector = ChannelSelector.of(pattern);
        assertThat(channelSelector.matches(ChannelName.of(channel))).isEqualTo(matches);
        PatternTrie<String> patternTrie = new PatternTrie<>();
        patternTrie.add(channelSelector, "found");
        patternTrie.add(ChannelSelector.of("/zzz/*"), "other");
        assertThat(patternTrie.find(ChannelName.of(channel)).contains("found")).isEqualTo(matches);
        patternTrie.remove(channelSelector, "found");
        patternTrie.remove(ChannelSelector.of("/zzz/*"), "other");
        assertThat(patternTrie.isEmpty()).isTrue();
    }

    @Test
    @DisplayName("H-05 a pattern is for subscribers only, and its wildcards match whole segments")
    void rejectsPublishOnPatternAndPartialSegments() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            for (String path : List.of("/a/*", "/a/%3E", "/%2A", "/a,/b", "/a%2C/b")) {
                assertThat(testHub.post(path, "1").body())
                        .as(path)
                        .contains("\"code\":\"bad-channel\"", "can only be subscribed to");
            }
            for (String path : List.of("/a*", "/%3E/a", "/a/b%3E", "/a/**")) {
                assertThat(testHub.get(path).body()).as(path).contains("bad-channel", "must be a whole segment");
            }
            assertThatThrownBy(() -> testHub.hub().publish("/a/*", "1")).isInstanceOf(InvalidChannelException.class);
            assertThatThrownBy(() -> testHub.hub().subscribe("a,/b")).isInstanceOf(InvalidChannelException.class);
        }
    }

    @Test
    @DisplayName(
            "H-05 H-15 a pattern delivers its channels' merged history in arrival order, then live, without duplicates")
    void deliversMergedHistory() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            MessageHub hub = testHub.hub();
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                ids.add(hub.publish("/room/" + i % 3, Integer.toString(i)).id());
                hub.publish("/elsewhere", "no");
            }
            try (Subscription all = hub.subscribe("/room/*", Since.Point.ALL);
                    Subscription some = hub.subscribe("/room/0,/room/1", new Since.After(ids.get(20)));
                    Subscription latest = hub.subscribe("/room/>", Since.Point.LATEST);
                    Subscription live = hub.subscribe("/*/0")) {
                hub.publish("/room/0", "30");
                hub.publish("/room/9", "new channel");
                for (int i = 0; i <= 30; i++) {
                    Message message = all.take();
                    assertThat(message.text()).isEqualTo(Integer.toString(i));
                    assertThat(message.channel()).isEqualTo("/room/" + i % 3);
                }
                assertThat(all.take().channel()).isEqualTo("/room/9");
                for (String text : List.of("21", "22", "24", "25", "27", "28", "30")) {
                    assertThat(some.take().text()).isEqualTo(text);
                }
                for (String text : List.of("27", "28", "29", "30", "new channel")) {
                    assertThat(latest.take().text()).isEqualTo(text);
                }
                assertThat(live.take().text()).isEqualTo("30");
                assertThat(hub.publish("/room/0", "x").receivers()).isEqualTo(4);
            }
            assertThat(hub.stats().patterns()).isZero();
            assertThat(hub.stats().subscribers()).isZero();
        }
    }

    @Test
    @DisplayName(
            "H-05 with a pattern or list, each wire format names the channel of a message; with one channel it does not")
    void namesChannelInEachWireFormat() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "")) {
            SubscribeRequest subscribeRequest = SubscribeRequest.of(ChannelSelector.of("/a,/b"), Since.Point.NONE);
            ChunkedStreamClient lines = directStreamHub.connect(subscribeRequest, WireFormat.LINES, 0);
            ChunkedStreamClient sse = directStreamHub.connect(subscribeRequest, WireFormat.SSE, 0);
            ChunkedStreamClient ndjson = directStreamHub.connect(subscribeRequest, WireFormat.NDJSON, 0);
            sse.nextText();
            ndjson.nextText();
            String id = directStreamHub.hub.publish("/b", "x").id();
            String json = "{\"id\":\"" + id + "\",\"channel\":\"/b\",\"data\":\"x\"}\n";
            assertThat(lines.nextText()).isEqualTo("\u001e" + json);
            assertThat(ndjson.nextText()).isEqualTo(json);
            assertThat(sse.nextText()).isEqualTo("id: " + id + "\nevent: json\ndata: " + json + "\n");
            ChunkedStreamClient again = directStreamHub.connect(
                    SubscribeRequest.of(ChannelSelector.of("/b,/b"), Since.Point.NONE), WireFormat.LINES, 0);
            directStreamHub.hub.publish("/b", "y");
            assertThat(again.nextText()).startsWith("\u001e{").endsWith("\"channel\":\"/b\",\"data\":\"y\"}\n");
        }
    }

    @Test
    @DisplayName("H-05 an invalid name in a list is rejected with an in-band event; the other channels are delivered")
    void rejectsInvalidNameOfListInBand() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            testHub.hub().publish("/c", "1");
            String received = testHub.readLinesTo("/a//b,/c?as=ndjson&since=all", "\"data\":\"1\"}");
            assertThat(received)
                    .contains(
                            "{\"event\":\"start\"",
                            "{\"event\":\"refused\",\"channel\":\"/a//b\",\"code\":\"bad-channel\",\"detail\":",
                            "\"channel\":\"/c\"");
            assertThat(testHub.get("/a//b,/-/c").body()).contains("\"status\":400", "bad-channel");
        }
    }

    @Test
    @DisplayName("H-05 a pattern subscription over HTTP resumes at its position on all channels")
    void resumesAtPositionOnAllChannels() throws Exception {
        try (TestHub testHub = TestHub.start();
                EventSourceClient eventSourceClient = new EventSourceClient(testHub, "/room/*?since=none")) {
            eventSourceClient.connect();
            eventSourceClient.next();
            for (int i = 0; i < 100; i++) {
                testHub.hub().publish("/room/" + i % 7, Integer.toString(i));
                if (i % 10 == 3) {
                    eventSourceClient.connect();
                    assertThat(eventSourceClient.next().data()).isEqualTo("{\"recovered\":true}");
                } else {
                    assertThat(eventSourceClient.next().data())
                            .contains("\"channel\":\"/room/" + i % 7 + "\",\"data\":\"" + i + "\"");
                }
                if (i % 10 == 3) {
                    assertThat(eventSourceClient.next().data()).contains("\"data\":\"" + i + "\"");
                }
            }
        }
    }

    @Test
    @DisplayName("H-16 a pattern subscriber receives a gap for messages evicted in the middle of the merged history")
    void reportsGapInMergedHistory() throws Exception {
        try (TestHub testHub = TestHub.startHub("history.count = 5\nhistory.grace = '0s'")) {
            MessageHub hub = testHub.hub();
            List<Long> gaps = new ArrayList<>();
            try (Subscription slow = hub.subscribe("/>").onGap(gap -> gaps.add(gap.missed()))) {
                hub.publish("/quiet", "first");
                for (int i = 0; i < 20; i++) {
                    hub.publish("/busy", Integer.toString(i));
                }
                assertThat(slow.take().text()).isEqualTo("first");
                assertThat(gaps).isEmpty();
                assertThat(slow.take().text()).isEqualTo("15");
                assertThat(gaps).containsExactly(15L);
            }
        }
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "history.count = 5\nhistory.grace = '0s'")) {
            ChunkedStreamClient chunkedStreamClient = directStreamHub.connect(
                    SubscribeRequest.of(ChannelSelector.of("/>"), Since.Point.NONE), WireFormat.NDJSON, 0);
            chunkedStreamClient.nextText();
            directStreamHub.blockLoopWith(() -> {
                directStreamHub.hub.publish("/quiet", "first");
                for (int i = 0; i < 20; i++) {
                    directStreamHub.hub.publish("/busy", Integer.toString(i));
                }
            });
            assertThat(chunkedStreamClient.nextText()).contains("first");
            assertThat(chunkedStreamClient.nextText()).startsWith("{\"event\":\"gap\",\"missed\":15,");
            assertThat(chunkedStreamClient.nextText()).contains("\"data\":\"15\"");
        }
    }

    @Test
    @DisplayName(
            "H-01 a publish wakes a loop once for its channel, patterns and lists, and costs one write per subscriber")
    void publishWakesLoopOnce() throws Exception {
        int messages = 200;
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "")) {
            List<String> subscriptions = List.of("/a/b", "/a/*", "/>", "/a/b,/c");
            for (String each : subscriptions) {
                directStreamHub.connect(
                        SubscribeRequest.of(ChannelSelector.of(each), Since.Point.NONE), WireFormat.NDJSON, 0);
            }
            HubStats before = directStreamHub.statsWhenIdle();
            for (int i = 1; i <= messages; i++) {
                directStreamHub.hub.publish("/a/b", "x");
                directStreamHub.awaitDelivered(before.delivered() + (long) subscriptions.size() * i);
            }
            // A loop that starts while the publisher still goes through its feeds may be woken once more.
            assertThat(directStreamHub.stats().wakeUps() - before.wakeUps())
                    .isBetween((long) messages, messages * 3L / 2);
            assertThat(directStreamHub.stats().writes() - before.writes())
                    .isEqualTo((long) subscriptions.size() * messages);
        }
    }
}
