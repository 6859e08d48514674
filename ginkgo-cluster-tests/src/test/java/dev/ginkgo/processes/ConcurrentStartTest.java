package dev.ginkgo.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three processes with the same list of three, started at once; and started again. */
class ConcurrentStartTest {
    /** Three times what it takes to find each other, to found, and to vote. */
    private static final Duration TOGETHER = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private static List<Address> places() throws Exception {
        return List.of(FreePorts.free(), FreePorts.free(), FreePorts.free());
    }

    private static long founded(ProcessCluster processCluster) throws Exception {
        return processCluster.countLines(" forms the cluster ");
    }

    /** How long it takes until the three are one cluster. */
    private Duration startAtOnce(Path where) throws Exception {
        try (ProcessCluster processCluster = new ProcessCluster()) {
            List<Address> places = places();
            long then = System.nanoTime();
            for (Address each : places) {
                processCluster.add(new NodeProcess(each, where, places));
            }
            await().atMost(TOGETHER)
                    .until(() -> processCluster.hasConverged()
                            && !processCluster.leaderActions().isEmpty());
            Duration taken = Duration.ofNanos(System.nanoTime() - then);
            assertThat(founded(processCluster)).isEqualTo(1);
            processCluster.assertOneLeaderAtATime();
            return taken;
        }
    }

    private void startAtOnce(int times) throws Exception {
        List<Duration> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            all.add(startAtOnce(Files.createDirectory(folder.resolve("start-" + i))));
        }
        System.out.printf("start: three at once are one cluster after %s ms%n", millis(all));
        all.sort(Comparator.naturalOrder());
        System.out.printf(
                "start: of %d, median %d ms, longest %d ms%n",
                times, all.get(times / 2).toMillis(), all.getLast().toMillis());
    }

    private static List<Long> millis(List<Duration> all) {
        return all.stream().map(Duration::toMillis).toList();
    }

    @Test
    @DisplayName("K-09 three processes that are started at once form one cluster, three times of three")
    void atOnce() throws Exception {
        startAtOnce(3);
    }

    @Test
    @Tag("long")
    @DisplayName("K-09 three processes that are started at once form one cluster, twenty times of twenty")
    void atOnceOften() throws Exception {
        startAtOnce(20);
    }

    @Test
    @DisplayName("K-05 K-08 all are stopped and started in another order: the same cluster, under a higher epoch")
    void again() throws Exception {
        try (ProcessCluster processCluster = new ProcessCluster()) {
            // Given three, of which one leads
            List<Address> places = places();
            for (Address each : places) {
                processCluster.add(new NodeProcess(each, folder, places));
            }
            await().atMost(TOGETHER)
                    .until(() -> processCluster.hasConverged()
                            && processCluster.countLines("becomes a voter") == 2
                            && !processCluster.leaderActions().isEmpty());
            long epoch = processCluster.leaderActions().getLast().epoch();

            // When all are stopped, and started in another order
            for (NodeProcess each : processCluster.nodes()) {
                each.stop();
            }
            for (NodeProcess each : processCluster.nodes()) {
                assertThat(each.awaitExit()).as("%s ends", each.identity).isTrue();
            }
            long then = System.nanoTime();
            for (NodeProcess each : processCluster.nodes().reversed()) {
                each.restart();
            }

            // Then they are the same cluster, and nobody founds another
            await().atMost(ProcessCluster.TIMEOUT)
                    .until(() -> processCluster.hasConverged()
                            && processCluster.leaderActions().getLast().nanos() > then);
            assertThat(processCluster.leaderActions().getLast().epoch()).isGreaterThan(epoch);
            assertThat(founded(processCluster)).isZero(); // since the last start
            processCluster.assertOneLeaderAtATime();
        }
    }
}
