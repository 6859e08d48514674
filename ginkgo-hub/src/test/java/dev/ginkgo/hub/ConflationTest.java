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

class ConflationTest {
    private static SubscribeRequest wish(String channels, Since since) {
        return new SubscribeRequest(ChannelSelector.of(channels), since, Duration.ofSeconds(2), List.of());
    }

    private static String data(ChunkedStreamClient chunkedStreamClient) throws Exception {
        return chunkedStreamClient.nextText().replaceAll("(?s).*\"data\":\"(.*)\"}\n", "$1");
    }

    @Test
    @DisplayName("H-20 with conflate=2s the newest of each channel comes at most once in two seconds; others get all")
    void newestOfEach() throws Exception {
        FakeClock clock = new FakeClock();
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, clock, "")) {
            ChunkedStreamClient screen =
                    directStreamHub.connect(wish("/price/*", Since.Point.NONE), WireFormat.NDJSON, 0);
            ChunkedStreamClient all = directStreamHub.connect(
                    SubscribeRequest.of(ChannelSelector.of("/price/*"), Since.Point.NONE), WireFormat.NDJSON, 0);
            assertThat(screen.nextText()).contains("start");
            assertThat(all.nextText()).contains("start");
            directStreamHub.hub.publish("/price/x", "x0");
            assertThat(data(screen)).isEqualTo("x0");
            for (int i = 1; i <= 50; i++) {
                directStreamHub.hub.publish("/price/x", "x" + i);
                directStreamHub.hub.publish("/price/y", "y" + i);
            }
            for (int i = 0; i < 101; i++) {
                all.nextText(); // without delay, while the clock stands still
            }
            long writes = directStreamHub.stats().writes();
            clock.advance(Duration.ofMillis(1_900));
            directStreamHub.hub.publish("/price/y", "y51");
            assertThat(data(all)).isEqualTo("y51");
            clock.advance(Duration.ofSeconds(2));
            assertThat(List.of(data(screen), data(screen))).containsExactly("x50", "y51");
            assertThat(directStreamHub.stats().writes() - writes).isEqualTo(2);
            assertThat(directStreamHub.stats().gaps()).isZero();
        }
    }

    @Test
    @DisplayName("H-20 a slow screen gets only the newest: what it was too slow for is neither sent nor a gap")
    void slowScreen() throws Exception {
        FakeClock clock = new FakeClock();
        String big = "x".repeat(30_000);
        try (DirectStreamHub directStreamHub =
                new DirectStreamHub(1, clock, "write-timeout = '1h'\nhistory.age = '1h'")) {
            ChunkedStreamClient slow = directStreamHub.connect(wish("/a", Since.Point.NONE), WireFormat.NDJSON, 4096);
            int published = 0;
            while (directStreamHub.stats().pinnedBytes() == 0 || published < 100) {
                directStreamHub.hub.publish("/a", big + published);
                published++;
                clock.advance(Duration.ofSeconds(3));
            }
            int last = -1;
            int got = 0;
            slow.nextText();
            while (last < published - 1) {
                int number = Integer.parseInt(data(slow).substring(big.length()));
                assertThat(number).isGreaterThan(last);
                last = number;
                got++;
            }
            assertThat(got).isLessThan(published / 2);
            assertThat(directStreamHub.stats().gaps()).isZero();
        }
    }

    @Test
    @DisplayName("H-20 since=latest gives the last value of each channel, with conflation or without, then what comes")
    void latest() throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, "")) {
            for (int i = 0; i < 300; i++) {
                directStreamHub.hub.publish("/price/" + i % 100, Integer.toString(i));
            }
            ChunkedStreamClient plain = directStreamHub.connect(
                    SubscribeRequest.of(ChannelSelector.of("/price/*"), Since.Point.LATEST), WireFormat.NDJSON, 0);
            ChunkedStreamClient conflated =
                    directStreamHub.connect(wish("/price/*", Since.Point.LATEST), WireFormat.NDJSON, 0);
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
    @DisplayName("H-16 H-20 if even the newest was let go of unseen, a conflated reader is told so")
    void newestIsLost() throws Exception {
        FakeClock clock = new FakeClock();
        try (DirectStreamHub directStreamHub = new DirectStreamHub(1, clock, "history.age = '1s'")) {
            ChunkedStreamClient screen = directStreamHub.connect(
                    new SubscribeRequest(ChannelSelector.of("/a"), Since.Point.NONE, Duration.ofMinutes(1), List.of()),
                    WireFormat.NDJSON,
                    0);
            assertThat(screen.nextText()).contains("start");
            directStreamHub.hub.publish("/a", "shown");
            assertThat(data(screen)).isEqualTo("shown");
            directStreamHub.hub.publish("/a", "held");
            clock.advance(Duration.ofSeconds(5));
            assertThat(screen.nextText()).contains("\"event\":\"gap\"").doesNotContain("missed");
        }
    }

    @Test
    @DisplayName("H-20 over HTTP; a period that is none is a 400")
    void parameter() throws Exception {
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
