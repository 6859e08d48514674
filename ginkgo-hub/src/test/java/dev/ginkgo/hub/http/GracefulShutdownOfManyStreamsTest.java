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

    /** Stream as received by one subscriber, and the time of its end. */
    private record Received(String text, long end) {}

    @Test
    @DisplayName("H-18 a graceful shutdown ends 1,000 streams, spread over drain-time, none by a reset")
    void shutdown_endsThousandStreamsOverDrainTime() throws Exception {
        try (TestHub testHub =
                        TestHub.start("max-connections-per-address = 2000", "drain-delay = '1s'", "drain-time = '1s'");
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                ClientGroup subscribers = ClientGroup.ofSubscribers(STREAMS, testHub, "/x");
                RawHttpClient probe = testHub.connect()) {
            await().until(() -> testHub.hub().stats().subscribers() == STREAMS);
            testHub.post("/x", "final message");
            List<Future<Received>> results = new ArrayList<>();
            for (RawHttpClient subscriber : subscribers) {
                Callable<Received> read = () ->
                        new Received(subscriber.readToEnd(), TimeSource.system().nanos());
                results.add(threads.submit(read));
            }

            // When
            long start = TimeSource.system().nanos();
            Thread stop = Thread.ofVirtual().start(() -> testHub.tree().ginkgo().stop());

            // Then readiness fails first, while all streams are still open
            await().pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
                probe.send("GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(probe.response()).startsWith("HTTP/1.1 503");
            });
            assertThat(testHub.hub().stats().subscribers()).isEqualTo(STREAMS);
            stop.join();
            long stopped = TimeSource.system().nanos();

            // And each stream ends in order: a reset would have thrown
            List<Long> ends = new ArrayList<>();
            for (Future<Received> each : results) {
                Received received = each.get();
                assertThat(received.text)
                        .contains("final message", "\"reason\":\"stopping\"")
                        .endsWith("0\r\n\r\n");
                ends.add(received.end);
            }
            assertThat(Duration.ofNanos(stopped - start)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(4));
            ends.sort(null);
            assertThat(Duration.ofNanos(ends.getLast() - ends.getFirst()))
                    .isBetween(Duration.ofMillis(500), Duration.ofSeconds(3));
            assertThat(Duration.ofNanos(ends.get(STREAMS / 2) - ends.getFirst()))
                    .as("time over which the first half of the streams ended")
                    .isGreaterThan(Duration.ofMillis(200));
        }
    }
}
