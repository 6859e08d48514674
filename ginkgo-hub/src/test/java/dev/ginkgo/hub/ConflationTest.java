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

    private static String data(ChunkedStreamClient peer) throws Exception {
        return peer.text().replaceAll("(?s).*\"data\":\"(.*)\"}\n", "$1");
    }

    @Test
    @DisplayName("H-20 with conflate=2s the newest of each channel comes at most once in two seconds; others get all")
    void newestOfEach() throws Exception {
        FakeClock clock = new FakeClock();
        try (DirectStreamHub hubs = new DirectStreamHub(1, clock, "")) {
            ChunkedStreamClient screen = hubs.connect(wish("/price/*", Since.Point.NONE), WireFormat.NDJSON, 0);
            ChunkedStreamClient all = hubs.connect(SubscribeRequest.of(ChannelSelector.of("/price/*"), Since.Point.NONE), WireFormat.NDJSON, 0);
            assertThat(screen.text()).contains("start");
            assertThat(all.text()).contains("start");
            hubs.hub.publish("/price/x", "x0");
            assertThat(data(screen)).isEqualTo("x0");
            for (int i = 1; i <= 50; i++) {
                hubs.hub.publish("/price/x", "x" + i);
                hubs.hub.publish("/price/y", "y" + i);
            }
            for (int i = 0; i < 101; i++) {
                all.text(); // without delay, while the clock stands still
            }
            long writes = hubs.stats().writes();
            clock.advance(Duration.ofMillis(1_900));
            hubs.hub.publish("/price/y", "y51");
            assertThat(data(all)).isEqualTo("y51");
            clock.advance(Duration.ofSeconds(2));
            assertThat(List.of(data(screen), data(screen))).containsExactly("x50", "y51");
            assertThat(hubs.stats().writes() - writes).isEqualTo(2);
            assertThat(hubs.stats().gaps()).isZero();
        }
    }

    @Test
    @DisplayName("H-20 a slow screen gets only the newest: what it was too slow for is neither sent nor a gap")
    void slowScreen() throws Exception {
        FakeClock clock = new FakeClock();
        String big = "x".repeat(30_000);
        try (DirectStreamHub hubs = new DirectStreamHub(1, clock, "write-timeout = '1h'\nhistory.age = '1h'")) {
            ChunkedStreamClient slow = hubs.connect(wish("/a", Since.Point.NONE), WireFormat.NDJSON, 4096);
            int published = 0;
            while (hubs.stats().pinnedBytes() == 0 || published < 100) {
                hubs.hub.publish("/a", big + published);
                published++;
                clock.advance(Duration.ofSeconds(3));
            }
            int last = -1;
            int got = 0;
            slow.text();
            while (last < published - 1) {
                int number = Integer.parseInt(data(slow).substring(big.length()));
                assertThat(number).isGreaterThan(last);
                last = number;
                got++;
            }
            assertThat(got).isLessThan(published / 2);
            assertThat(hubs.stats().gaps()).isZero();
        }
    }

    @Test
    @DisplayName("H-20 since=latest gives the last value of each channel, with conflation or without, then what comes")
    void latest() throws Exception {
        try (DirectStreamHub hubs = new DirectStreamHub(1, "")) {
            for (int i = 0; i < 300; i++) {
                hubs.hub.publish("/price/" + i % 100, Integer.toString(i));
            }
            ChunkedStreamClient plain = hubs.connect(SubscribeRequest.of(ChannelSelector.of("/price/*"), Since.Point.LATEST), WireFormat.NDJSON, 0);
            ChunkedStreamClient conflated = hubs.connect(wish("/price/*", Since.Point.LATEST), WireFormat.NDJSON, 0);
            for (ChunkedStreamClient peer : List.of(plain, conflated)) {
                assertThat(peer.text()).contains("\"recovered\":true");
                for (int i = 200; i < 300; i++) {
                    assertThat(data(peer)).isEqualTo(Integer.toString(i));
                }
            }
            hubs.hub.publish("/price/7", "live");
            assertThat(data(plain)).isEqualTo("live");
            assertThat(data(conflated)).isEqualTo("live");
        }
    }

    @Test
    @DisplayName("H-16 H-20 if even the newest was let go of unseen, a conflated reader is told so")
    void newestIsLost() throws Exception {
        FakeClock clock = new FakeClock();
        try (DirectStreamHub hubs = new DirectStreamHub(1, clock, "history.age = '1s'")) {
            ChunkedStreamClient screen = hubs.connect(
                    new SubscribeRequest(ChannelSelector.of("/a"), Since.Point.NONE, Duration.ofMinutes(1), List.of()), WireFormat.NDJSON, 0);
            assertThat(screen.text()).contains("start");
            hubs.hub.publish("/a", "shown");
            assertThat(data(screen)).isEqualTo("shown");
            hubs.hub.publish("/a", "held");
            clock.advance(Duration.ofSeconds(5));
            assertThat(screen.text()).contains("\"event\":\"gap\"").doesNotContain("missed");
        }
    }

    @Test
    @DisplayName("H-20 over HTTP; a period that is none is a 400")
    void parameter() throws Exception {
        try (TestHub front = TestHub.start()) {
            front.hub().publish("/a", "1");
            front.hub().publish("/a", "2");
            assertThat(front.linesTo("/a?conflate=2s&since=all", "2")).doesNotContain("\n1\n");
            for (String bad : List.of("2", "0s", "1ms", "2h", "x", "-1s")) {
                assertThat(front.get("/a?conflate=" + bad).body())
                        .contains("bad-parameter", "conflate=" + bad, "such as 2s");
            }
        }
    }
}
