package dev.ginkgo.processes;

import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.spi.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four processes, three of them voters. */
class VoterReplacementTest {
    private static final Duration TIMEOUT = ProcessCluster.TIMEOUT;

    /** Time after which all nodes know what the leader has committed. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    @Test
    @DisplayName("K-02 K-04 a dead voter is replaced by a learner, so that further nodes may fail one by one")
    void learnerReplacesDeadVoter() throws Exception {
        try (ProcessCluster processCluster = new ProcessCluster()) {
            NodeProcess first = processCluster.add(new NodeProcess(FreePorts.free(), folder, List.of()));
            processCluster.add(new NodeProcess(FreePorts.free(), folder, List.of(first.identity)));
            processCluster.add(new NodeProcess(FreePorts.free(), folder, List.of(first.identity)));
            await().during(SETTLED)
                    .atMost(TIMEOUT)
                    .until(() -> processCluster.allVote() && processCluster.hasConverged());
            processCluster.add(new NodeProcess(FreePorts.free(), folder, List.of(first.identity)));
            await().atMost(TIMEOUT).until(processCluster::hasConverged);
            NodeProcess leader = processCluster.leader();
            NodeProcess dead = processCluster.nodes().subList(0, 3).stream()
                    .filter(each -> each != leader)
                    .findFirst()
                    .orElseThrow();
            List<NodeProcess> rest = processCluster.allExcept(dead);

            dead.kill();

            await().during(SETTLED).atMost(TIMEOUT).until(() -> ProcessCluster.haveVoters(rest));
            for (NodeProcess each : rest) {
                await().atMost(TIMEOUT).until(() -> each.hasRoster(rest));
            }
            long killed = System.nanoTime();
            leader.kill();
            processCluster.awaitNewLeader(leader, killed);
            processCluster.assertOneLeaderAtATime();
        }
    }
}
