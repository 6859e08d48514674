package dev.ginkgo.run.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.run.cli.InProcessCommand;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.JsonText;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ginkgo bench} with a real hub, and its statistics. */
class BenchCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("R-61 bench pub publishes all messages, and bench sub receives them with each client; both print"
            + " statistics")
    void measuresPublishersAndSubscribers() throws Exception {
        MessageHub hub = new MessageHub();
        InProcessCommand pub = new InProcessCommand(folder);
        InProcessCommand sub = new InProcessCommand(folder);
        try (Ginkgo running = Ginkgo.start(hub, "http.bind = '127.0.0.1:0'")) {
            // Given
            String url = hub.address() + "/bench";
            CompletableFuture<Integer> subscribers =
                    sub.runAsync("bench", "sub", url, "--messages", "50", "--clients", "3", "--json");
            await().atMost(Duration.ofSeconds(30)).until(() -> hub.stats().subscribers() == 3);

            // When
            int code = pub.run("bench", "pub", url, "--messages", "50", "--clients", "2", "--size", "100");

            // Then
            assertThat(code).as(pub.err()).isZero();
            assertThat(pub.out())
                    .containsPattern("published 50 messages in \\d+\\.\\d\\d s: \\d+ messages/s, .*/s\n")
                    .containsPattern("latency: median .* ms, 90 % .* ms, 99 % .* ms, maximum .* ms\n");
            assertThat(hub.stats().published()).isEqualTo(50);
            assertThat(subscribers.get(60, TimeUnit.SECONDS)).as(sub.err()).isZero();
            ControlResponse result = new ControlResponse(JsonText.read(sub.out()));
            assertThat(result.number("messages")).isEqualTo(150);
            assertThat(result.number("bytes")).isEqualTo(15_000);
            assertThat(result.has("latencyMicros")).isTrue();
            assertThat(running.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName(
            "R-61 bench pub ends with the exit code of the failure if the hub is unreachable; 64 without a subcommand")
    void reportsFailure() {
        InProcessCommand ginkgo = new InProcessCommand(folder);
        assertThat(ginkgo.run("bench", "pub", "127.0.0.1:1/x", "--clients", "3"))
                .isEqualTo(69);
        assertThat(ginkgo.err()).contains("cannot connect to 127.0.0.1:1");
        assertThat(ginkgo.run("bench", "pub", "127.0.0.1:1/x", "--messages", "0"))
                .isEqualTo(64);
        assertThat(ginkgo.run("bench")).isEqualTo(64);
        assertThat(ginkgo.err()).contains("Missing required subcommand");
    }

    @Test
    @DisplayName("R-61 percentiles are at most a sixteenth too high")
    void computesPercentiles() {
        BenchRecorder recorder = new BenchRecorder();
        for (int micros = 1; micros <= 1_000; micros++) {
            recorder.record(10, micros * 1_000L, micros * 1_000L);
            recorder.recordLatency(micros * 1_000L);
        }
        recorder.recordLatency(-5);
        assertThat(recorder.percentile(0)).isZero();
        assertThat((double) recorder.percentile(0.5)).isCloseTo(500_000, within(500_000 / 16.0));
        assertThat((double) recorder.percentile(0.99)).isCloseTo(990_000, within(990_000 / 16.0));
        assertThat(recorder.percentile(1)).isEqualTo(1_000_000);
        assertThat(recorder.text("published"))
                .startsWith("published 1000 messages in 0.00 s: 1001001 messages/s, 9.5 MiB/s");
        assertThat(new BenchRecorder().text("received"))
                .isEqualTo("received 0 messages in 0.00 s: 0 messages/s, 0 B/s");
    }

    @Test
    @DisplayName("R-61 a payload has the requested size and, if it is large enough, the time of the publish")
    void payloadHasTime() {
        Instant now = Instant.parse("2026-11-25T12:00:00Z");
        for (int size : new int[] {0, 22, 23, 1_000}) {
            assertThat(BenchPayload.create(size, now)).hasSize(size);
        }
        assertThat(BenchPayload.age(BenchPayload.create(23, now), now.plusMillis(5)))
                .isEqualTo(OptionalLong.of(5_000_000));
        assertThat(BenchPayload.age(BenchPayload.create(22, now), now)).isEmpty();
        assertThat(BenchPayload.age(new byte[0], now)).isEmpty();
    }
}
