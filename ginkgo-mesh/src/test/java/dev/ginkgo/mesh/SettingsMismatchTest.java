package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.ginkgo.mesh.InProcessMesh.MeshNode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsMismatchTest {
    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "K-23 a node that is restarted with another policy, or with another lease, is rejected, does not lead, and both"
                    + " sides report why")
    void nodeWithOtherPolicy_isRejected() throws Exception {
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder);
                CapturedLog capturedLog = new CapturedLog(Level.ERROR)) {
            // Given three nodes with the policy quorum, of which one stops
            MeshNode a = inProcessMesh.start("");
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
            MeshNode b = inProcessMesh.start("", a.identity());
            MeshNode c = inProcessMesh.start("", a.identity());
            InProcessMesh.awaitConverged(a, b, c);
            await().atMost(InProcessMesh.TIMEOUT).until(() -> a.voters() == 3);
            c.tree().stop();

            // When it starts with the policy available
            MeshNode restarted = inProcessMesh.start(c.identity(), "policy = 'available'", a.identity());

            // Then it is degraded with the reason, the others log it, and it does not lead beside them
            await().atMost(InProcessMesh.TIMEOUT)
                    .until(() ->
                            restarted.degradedReason().contains("cluster.policy is quorum there and available here"));
            await().during(Duration.ofSeconds(3))
                    .atMost(InProcessMesh.TIMEOUT)
                    .until(() -> !restarted.cluster().isLeader());
            assertThat(capturedLog.messagesContaining("cluster.policy is available there and quorum here"))
                    .isNotEmpty();
            InProcessMesh.awaitConverged(a, b);
            InProcessMesh.awaitLeader(a, b);

            // When it starts with another lease
            restarted.tree().stop();
            MeshNode otherLease = inProcessMesh.start(c.identity(), "lease.ttl = '5s'", a.identity());

            // Then it is rejected in the same way
            await().atMost(InProcessMesh.TIMEOUT)
                    .until(() -> otherLease.degradedReason().contains("cluster.lease.ttl is"));
            await().atMost(InProcessMesh.TIMEOUT)
                    .until(() -> !capturedLog
                            .messagesContaining("cluster.lease.ttl is 5000ms there")
                            .isEmpty());
            assertThat(otherLease.cluster().isLeader()).isFalse();
            InProcessMesh.awaitConverged(a, b);
        }
    }
}
