package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Conflated subscriptions: the newest message of each channel, at most once per period. */
class ConflationTest {
    private static SubscribeRequest conflatedRequest(String channels, Since since) {
        return new SubscribeRequest(ChannelSelector.of(channels), since, Duration.ofSeconds(2), List.of());
    }

    private static String data(ChunkedStreamClient chunkedStreamClient) throws Exception {
        return chunkedStreamClient.nextText().replaceAll("(?s).*\"data\":\"(.*)\"}\n", "$1");
    }

    @Test
    @DisplayName(
            "H-20 conflate=2s delivers the newest message of each channel every two seconds; other subscribers get all")
    void deliversNewestPerChannelOncePerPeriod() throws Exception {
        FakeClock clock = new FakeClock();
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, clock, "")) {
            ChunkedStreamClient conflated =
                    directStreamHub.connect(conflatedRequest("/price/*", Since.Point.NONE), WireFormat.NDJSON, 0);
            ChunkedStreamClient all = directStreamHub.connect(
                    SubscribeRequest.of(ChannelSelector.of("/price/*"), Since.Point.NONE), WireFormat.NDJSON, 0);
            assertThat(conflated.nextText()).contains("start");
            assertThat(all.nextText()).contains("start");
            directStreamHub.hub.publish("/price/x", "x0");
            assertThat(data(conflated)).isEqualTo("x0");
            for (int i = 1; i <= 50; i++) {
                directStreamHub.hub.publish("/price/x", "x" + i);
                directStreamHub.hub.publish("/price/y", "y" + i);
            }
            for (int i = 0; i < 101; i++) {
                all.nextText(); // delivered without delay: the clock does not advance
            }
            long writes = directStreamHub.stats().writes();
            clock.advance(Duration.ofMillis(1_900));
            directStreamHub.hub.publish("/price/y", "y51");
            assertThat(data(all)).isEqualTo("y51");
            clock.advance(Duration.ofSeconds(2));
            assertThat(List.of(data(conflated), data(conflated))).containsExactly("x50", "y51");
            assertThat(directStreamHub.stats().writes() - writes).isEqualTo(2);
            assertThat(directStreamHub.stats().gaps()).isZero();
        }
    }

    @Test
    @DisplayName("H-20 a slow conflated subscriber receives only the newest messages; superseded ones are no gap")
    void slowSubscriberReceivesNewest_withoutGaps() throws Exception {
        FakeClock clock = new FakeClock();
        String big = "x".repeat(30_000);
        try (DirectStreamHub directStreamHub =
                new DirectStreamHub(1, clock, "write-timeout = '1h'\nhistory.age = '1h'")) {
            ChunkedStreamClient slow =
                    directStreamHub.connect(conflatedRequest("/a", Since.Point.NONE), WireFormat.NDJSON, 4096);
            int published = 0;
            while (directStreamHub.stats().pinnedBytes() == 0 || published < 100) {
                directStreamHub.hub.publish("/a", big + published);
                published++;
                clock.advance(Duration.ofSeconds(3));
            }
            int last = -1;
            int received = 0;
            slow.nextText();
            while (last < published - 1) {
                int number = Integer.parseInt(data(slow).substring(big.length()));
                assertThat(number).isGreaterThan(last);
                last = number;
                received++;
            }
            assertThat(received).isLessThan(published / 2);
            assertThat(directStreamHub.stats().gaps()).isZero();
        }
    }

    @Test
    @DisplayName("H-20 since=latest delivers the last message of each channel, conflated or not, then live messages")
    void latestStartsWithLastMessageOfEachChannel() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "")) {
            for (int i = 0; i < 300; i++) {
                directStreamHub.hub.publish("/price/" + i % 100, Integer.toString(i));
            }
            ChunkedStreamClient plain = directStreamHub.connect(
                    SubscribeRequest.of(ChannelSelector.of("/price/*"), Since.Point.LATEST), WireFormat.NDJSON, 0);
            ChunkedStreamClient conflated =
                    directStreamHub.connect(conflatedRequest("/price/*", Since.Point.LATEST), WireFormat.NDJSON, 0);
            for (ChunkedStreamClient chunkedStreamClient : List.of(plain, conflated)) {
                assertThat(chunkedStreamClient.nextText()).contains("\"recovered\":true");
                for (int i = 200; i < 300; i++) {
                    assertThat(data(chunkedStreamClient)).isEqualTo(Integer.toString(i));
                }
            }
            directStreamHub.hub.publish("/price/7", "live");
            assertThat(data(plain)).isEqualTo("live");
            assertThat(data(conflated)).isEqualTo("live");
        }
    }

    @Test
    @DisplayName("H-16 H-20 a conflated subscriber receives a gap if the newest message is evicted before delivery")
    void reportsGap_whenNewestMessageIsEvicted() throws Exception {
        FakeClock clock = new FakeClock();
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, clock, "history.age = '1s'")) {
            ChunkedStreamClient conflated = directStreamHub.connect(
                    new SubscribeRequest(ChannelSelector.of("/a"), Since.Point.NONE, Duration.ofMinutes(1), List.of()),
                    WireFormat.NDJSON,
                    0);
            assertThat(conflated.nextText()).contains("start");
            directStreamHub.hub.publish("/a", "shown");
            assertThat(data(conflated)).isEqualTo("shown");
            directStreamHub.hub.publish("/a", "held");
            clock.advance(Duration.ofSeconds(5));
            assertThat(conflated.nextText()).contains("\"event\":\"gap\"").doesNotContain("missed");
        }
    }

    @Test
    @DisplayName("H-20 the parameter conflate over HTTP; an invalid period is answered with 400")
    void rejectsInvalidPeriod() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            testHub.hub().publish("/a", "1");
            testHub.hub().publish("/a", "2");
            assertThat(testHub.readLinesTo("/a?conflate=2s&since=all", "2")).doesNotContain("\n1\n");
            for (String bad : List.of("2", "0s", "1ms", "2h", "x", "-1s")) {
                assertThat(testHub.get("/a?conflate=" + bad).body())
                        .contains("bad-parameter", "conflate=" + bad, "such as 2s");
            }
        }
    }
}
