package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import dev.ginkgo.mesh.InProcessMesh.MeshNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that lost its data directory and formed a cluster alone. */
class LostDataDirectoryTest {
    @TempDir
    Path folder;

    private Path dataDirOf(Address identity) {
        return folder.resolve(identity.toString().replaceAll("[^A-Za-z0-9.]", "-"));
    }

    @Test
    @DisplayName(
            "K-08 K-10 a node that formed a cluster of its own does not depose the leader of the larger cluster, and"
                    + " does not lead")
    void smallerCluster_stepsDown() throws Exception {
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            // Given a node that formed a cluster, as one without its data directory does if it finds no other node
            Address identity = FreePorts.free();
            MeshNode formedAlone = inProcessMesh.start(identity, "");
            await().atMost(InProcessMesh.TIMEOUT).until(formedAlone.cluster()::isLeader);
            formedAlone.tree().stop();
            Path lostDir = Files.move(dataDirOf(identity), folder.resolve("aside"));

            // And a cluster of three that it also formed
            MeshNode a = inProcessMesh.start(identity, "");
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
            MeshNode b = inProcessMesh.start("", identity);
            MeshNode c = inProcessMesh.start("", identity);
            InProcessMesh.awaitConverged(a, b, c);
            await().atMost(InProcessMesh.TIMEOUT).until(() -> Stream.of(a, b, c).allMatch(each -> each.voters() == 3));

            // When it restarts with the data directory of the first cluster
            a.tree().stop();
            MeshNode leader = InProcessMesh.awaitLeader(b, c);
            Path clusterDir = Files.move(dataDirOf(identity), folder.resolve("kept"));
            Files.move(lostDir, dataDirOf(identity));
            MeshNode stale = inProcessMesh.start(identity, "");

            // Then it steps down, and the leader of the others remains
            await().atMost(InProcessMesh.TIMEOUT)
                    .until(() -> stale.degradedReason().contains("but this node belongs to cluster")
                            && !stale.cluster().isLeader());
            await().during(Duration.ofSeconds(8))
                    .atMost(InProcessMesh.TIMEOUT)
                    .until(() -> leader.cluster().isLeader() && !stale.cluster().isLeader());

            // And it joins them when the operator does what the message says
            stale.tree().stop();
            Files.move(dataDirOf(identity), lostDir);
            Files.move(clusterDir, dataDirOf(identity));
            MeshNode restored = inProcessMesh.start(identity, "");
            InProcessMesh.awaitConverged(b, c, restored);
            assertThat(InProcessMesh.awaitLeader(b, c, restored)).isEqualTo(leader);
        }
    }
}
