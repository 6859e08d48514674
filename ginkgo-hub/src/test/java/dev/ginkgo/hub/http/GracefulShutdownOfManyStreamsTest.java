package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.ClientGroup;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GracefulShutdownOfManyStreamsTest {
    private static final int STREAMS = 1_000;

    /** What one reader saw: all of it, and when its end came. */
    private record Seen(String text, long end) {}

    @Test
    @DisplayName("H-18 a stop ends 1,000 streams within drain-time, spread over it, each in order, none by a reset")
    void thousand() throws Exception {
        try (TestHub testHub =
                        TestHub.start("max-connections-per-address = 2000", "drain-delay = '1s'", "drain-time = '1s'");
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                ClientGroup readers = ClientGroup.ofSubscribers(STREAMS, testHub, "/x");
                RawHttpClient probe = testHub.connect()) {
            await().until(() -> testHub.hub().stats().subscribers() == STREAMS);
            testHub.post("/x", "last words");
            List<Future<Seen>> reading = new ArrayList<>();
            for (RawHttpClient reader : readers) {
                Callable<Seen> read =
                        () -> new Seen(reader.readToEnd(), TimeSource.system().nanos());
                reading.add(threads.submit(read));
            }

            // When
            long begin = TimeSource.system().nanos();
            Thread stop = Thread.ofVirtual().start(() -> testHub.tree().ginkgo().stop());

            // Then readiness falls first, while all streams are still there
            await().pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
                probe.send("GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(probe.response()).startsWith("HTTP/1.1 503");
            });
            assertThat(testHub.hub().stats().subscribers()).isEqualTo(STREAMS);
            stop.join();
            long stopped = TimeSource.system().nanos();

            // And then each stream ends in order: a reset would have thrown
            List<Long> ends = new ArrayList<>();
            for (Future<Seen> each : reading) {
                Seen seen = each.get();
                assertThat(seen.text)
                        .contains("last words", "\"reason\":\"stopping\"")
                        .endsWith("0\r\n\r\n");
                ends.add(seen.end);
            }
            assertThat(Duration.ofNanos(stopped - begin)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(4));
            ends.sort(null);
            assertThat(Duration.ofNanos(ends.getLast() - ends.getFirst()))
                    .isBetween(Duration.ofMillis(500), Duration.ofSeconds(3));
            assertThat(Duration.ofNanos(ends.get(STREAMS / 2) - ends.getFirst()))
                    .as("the first half of them")
                    .isGreaterThan(Duration.ofMillis(200));
        }
    }
}
