package dev.ginkgo.processes;

import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.spi.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four processes, of which three vote. */
class VoterReplacementTest {
    private static final Duration PATIENCE = ProcessCluster.TIMEOUT;

    /** What the leader has committed is known to all by then. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    @Test
    @DisplayName("K-02 K-04 a voter that died is replaced by a node that learns, and so two more may die, one by one")
    void replaced() throws Exception {
        try (ProcessCluster processCluster = new ProcessCluster()) {
            NodeProcess first = processCluster.add(new NodeProcess(FreePorts.free(), folder, List.of()));
            processCluster.add(new NodeProcess(FreePorts.free(), folder, List.of(first.identity)));
            processCluster.add(new NodeProcess(FreePorts.free(), folder, List.of(first.identity)));
            await().during(SETTLED)
                    .atMost(PATIENCE)
                    .until(() -> processCluster.countLines("becomes a voter") == 2 && processCluster.hasConverged());
            processCluster.add(new NodeProcess(FreePorts.free(), folder, List.of(first.identity)));
            await().atMost(PATIENCE).until(processCluster::hasConverged);
            NodeProcess leader = processCluster.leader();
            NodeProcess dead = processCluster.nodes().subList(0, 3).stream()
                    .filter(each -> each != leader)
                    .findFirst()
                    .orElseThrow();
            List<NodeProcess> rest = processCluster.allExcept(dead);

            dead.kill();

            await().during(SETTLED)
                    .atMost(PATIENCE)
                    .until(() -> processCluster.countLines("becomes a voter (replaces " + dead.identity) == 1
                            && processCluster.countLines(dead.identity + " is no longer a voter") == 1);
            for (NodeProcess each : rest) {
                await().atMost(PATIENCE).until(() -> each.hasRoster(rest));
            }
            long then = System.nanoTime();
            leader.kill();
            processCluster.awaitNewLeader(leader, then);
            processCluster.assertOneLeaderAtATime();
        }
    }
}
