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

/** Three processes with the same {@code join} list, started at once, and restarted. */
class ConcurrentStartTest {
    @TempDir
    Path folder;

    private static List<Address> addresses() throws Exception {
        return List.of(FreePorts.free(), FreePorts.free(), FreePorts.free());
    }

    private static long countFoundings(ProcessCluster processCluster) throws Exception {
        return processCluster.countLines(" forms the cluster ");
    }

    /** Starts three nodes at once, and returns the time until they are one cluster. */
    private Duration startAtOnce(Path data) throws Exception {
        try (ProcessCluster processCluster = new ProcessCluster()) {
            List<Address> addresses = addresses();
            long start = System.nanoTime();
            for (Address each : addresses) {
                processCluster.add(new NodeProcess(each, data, addresses));
            }
            await().atMost(ProcessCluster.TIMEOUT)
                    .until(() -> processCluster.hasConverged()
                            && !processCluster.leaderActions().isEmpty());
            Duration taken = Duration.ofNanos(System.nanoTime() - start);
            assertThat(countFoundings(processCluster)).isEqualTo(1);
            processCluster.assertOneLeaderAtATime();
            return taken;
        }
    }

    private void startAtOnce(int times) throws Exception {
        List<Duration> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            all.add(startAtOnce(Files.createDirectory(folder.resolve("start-" + i))));
        }
        System.out.printf("start: three nodes started at once formed one cluster after %s ms%n", millis(all));
        all.sort(Comparator.naturalOrder());
        System.out.printf(
                "start: of %d, median %d ms, maximum %d ms%n",
                times, all.get(times / 2).toMillis(), all.getLast().toMillis());
    }

    private static List<Long> millis(List<Duration> all) {
        return all.stream().map(Duration::toMillis).toList();
    }

    @Test
    @DisplayName("K-09 three processes started at once form one cluster")
    void atOnce() throws Exception {
        startAtOnce(1);
    }

    @Test
    @Tag("long")
    @DisplayName("K-09 three processes started at once form one cluster, twenty of twenty times")
    void atOnceOften() throws Exception {
        startAtOnce(20);
    }

    @Test
    @DisplayName("K-05 K-08 nodes stopped and started in another order form the same cluster, with a higher epoch")
    void restartedNodesFormSameCluster() throws Exception {
        try (ProcessCluster processCluster = new ProcessCluster()) {
            // Given three nodes with a leader
            List<Address> addresses = addresses();
            for (Address each : addresses) {
                processCluster.add(new NodeProcess(each, folder, addresses));
            }
            await().atMost(ProcessCluster.TIMEOUT)
                    .until(() -> processCluster.hasConverged()
                            && processCluster.allVote()
                            && !processCluster.leaderActions().isEmpty());
            assertThat(countFoundings(processCluster)).isEqualTo(1);
            long epoch = processCluster.leaderActions().getLast().epoch();

            // When all are stopped and started in another order
            for (NodeProcess each : processCluster.nodes()) {
                each.stop();
            }
            for (NodeProcess each : processCluster.nodes()) {
                assertThat(each.awaitExit()).as("%s exits", each.identity).isTrue();
            }
            long restarted = System.nanoTime();
            for (NodeProcess each : processCluster.nodes().reversed()) {
                each.restart();
            }

            // Then they form the same cluster, and none founds another
            await().atMost(ProcessCluster.TIMEOUT)
                    .until(() -> processCluster.hasConverged()
                            && processCluster.leaderActions().getLast().nanos() > restarted);
            assertThat(processCluster.leaderActions().getLast().epoch()).isGreaterThan(epoch);
            assertThat(countFoundings(processCluster)).isZero(); // since the last start
            processCluster.assertOneLeaderAtATime();
        }
    }
}
