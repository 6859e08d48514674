package dev.ginkgo.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.HubStats;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.ReaderThreads;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Among 1,000 clients some never read: the others are not affected. */
class StalledSubscribersTest {
    private static final int CLIENTS = 1_000;
    private static final String SETTINGS = "history.count = 50\nwrite-timeout = '10m'";

    @ParameterizedTest
    @ValueSource(ints = {10, 100})
    @DisplayName(
            "H-01 with 1 % and 10 % dead clients among 1,000, the others cost one write per message, as without them")
    void deadClientsCauseNoAdditionalWrites(int dead) throws Exception {
        try (DirectStreamHub directStreamHub = new DirectStreamHub(2, SETTINGS)) {
            // Given some clients with full sockets, and others that read
            fill(directStreamHub, dead);
            List<ChunkedStreamClient> healthy = connect(directStreamHub, CLIENTS - dead);
            HubStats before = directStreamHub.statsWhenIdle();

            // When messages are published one at a time
            int messages = 30;
            for (int i = 1; i <= messages; i++) {
                directStreamHub.hub.publish("/a", "message " + i);
                directStreamHub.awaitDelivered(before.delivered() + (long) healthy.size() * i);
            }

            // Then: one write per healthy client and message, one wake-up per loop and message, and nothing else
            HubStats after = directStreamHub.stats();
            assertThat(after.writes() - before.writes()).isEqualTo((long) healthy.size() * messages);
            assertThat(after.wakeUps() - before.wakeUps()).isEqualTo(2L * messages);
            assertThat(after.gaps()).isEqualTo(before.gaps());
            for (ChunkedStreamClient each : healthy) {
                assertThat(each.nextText()).isEqualTo("message 1\n");
            }
        }
    }

    @Test
    @Tag("long")
    @DisplayName("H-01 with 1 % and 10 % dead clients p99 is less than 1.5 times that without (median of seven pairs)")
    void deadClientsDoNotIncreaseLatency() throws Exception {
        for (int dead : new int[] {10, 100}) {
            measure(0); // warm
            double[] ratios = new double[7];
            for (int pair = 0; pair < ratios.length; pair++) {
                boolean first = pair % 2 == 0;
                double one = measure(first ? 0 : dead);
                double other = measure(first ? dead : 0);
                ratios[pair] = first ? other / one : one / other;
                Measurements.record("p99 with none dead, ms", (first ? one : other) / 1e6);
                Measurements.record("p99 with " + dead + " of 1,000 dead, ms", (first ? other : one) / 1e6);
            }
            Arrays.sort(ratios);
            Measurements.record("p99 with " + dead + " dead, divided by p99 without, sorted", Arrays.toString(ratios));
            assertThat(ratios[ratios.length / 2])
                    .as("p99 with " + dead + " dead clients, divided by p99 without; all pairs: "
                            + Arrays.toString(ratios))
                    .isLessThan(1.5);
        }
    }

    /** Returns the p99 latency from publish to the client's thread in ns, over 900 healthy clients and 300 messages. */
    private static double measure(int dead) throws Exception {
        int messages = 300;
        try (DirectStreamHub directStreamHub = new DirectStreamHub(2, SETTINGS)) {
            fill(directStreamHub, dead);
            List<ChunkedStreamClient> healthy = connect(directStreamHub, CLIENTS - 100);
            long[] published = new long[messages];
            long[][] delays = new long[healthy.size()][messages];
            List<CountDownLatch> rounds = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                rounds.add(new CountDownLatch(healthy.size()));
            }
            TimeSource timeSource = TimeSource.system();
            ReaderThreads reading = ReaderThreads.of(healthy, chunkedStreamClient -> {
                int index = healthy.indexOf(chunkedStreamClient);
                for (int i = 0; i < messages; i++) {
                    chunkedStreamClient.nextText();
                    delays[index][i] = timeSource.nanos() - published[i];
                    rounds.get(i).countDown();
                }
            });
            for (int i = 0; i < messages; i++) {
                published[i] = timeSource.nanos();
                directStreamHub.hub.publish("/a", "message " + i);
                rounds.get(i).await();
            }
            reading.join();
            long[] all =
                    Arrays.stream(delays).flatMapToLong(Arrays::stream).sorted().toArray();
            return all[all.length * 99 / 100];
        }
    }

    /** Connects clients that never read, and publishes until all their sockets are full. */
    private static void fill(DirectStreamHub directStreamHub, int dead) throws IOException {
        if (dead == 0) {
            return;
        }
        for (int i = 0; i < dead; i++) {
            directStreamHub.connect("/a", WireFormat.LINES, 4096);
        }
        String big = "x".repeat(32 * 1024);
        HubStats stats = directStreamHub.stats();
        long writes = -1;
        while (stats.pinnedBytes() == 0 || stats.writes() != writes || stats.pinnedBytes() < dead * 1024L) {
            writes = stats.writes();
            for (int i = 0; i < 60; i++) {
                directStreamHub.hub.publish("/a", big);
            }
            directStreamHub.blockLoopWith(() -> {}); // waits until the loop has run its earlier tasks
            directStreamHub.blockLoopWith(() -> {});
            directStreamHub.blockLoopWith(() -> {});
            directStreamHub.blockLoopWith(() -> {});
            stats = directStreamHub.stats();
        }
    }

    private static List<ChunkedStreamClient> connect(DirectStreamHub directStreamHub, int count) throws IOException {
        List<ChunkedStreamClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(directStreamHub.connect("/a", WireFormat.LINES));
        }
        return clients;
    }
}
