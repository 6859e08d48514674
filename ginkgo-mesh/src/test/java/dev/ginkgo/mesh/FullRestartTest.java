package dev.ginkgo.mesh;

import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Address;
import dev.ginkgo.mesh.InProcessMesh.MeshNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three voters that stop one after another, so that the last one ends as the only voter. */
class FullRestartTest {
    @TempDir
    Path folder;

    @Test
    @DisplayName("K-06 K-08 after all nodes stopped, those that stopped first elect no leader; with the last one, they"
            + " form the cluster again")
    void firstStoppedNodesWaitForTheLast() throws Exception {
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            // Given three nodes that stopped gracefully
            MeshNode a = inProcessMesh.start("");
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
            MeshNode b = inProcessMesh.start("", a.identity());
            MeshNode c = inProcessMesh.start("", a.identity());
            InProcessMesh.awaitConverged(a, b, c);
            await().atMost(InProcessMesh.TIMEOUT).until(() -> Stream.of(a, b, c).allMatch(each -> each.voters() == 3));
            Stream.of(a, b, c).forEach(each -> each.tree().stop());

            // When the first two return: according to one, there are three voters; the other knows that it was removed
            Address lastStopped = c.identity();
            MeshNode first = inProcessMesh.start(a.identity(), "", b.identity(), lastStopped);
            MeshNode second = inProcessMesh.start(b.identity(), "", a.identity(), lastStopped);

            // Then they are not a majority
            await().during(Duration.ofSeconds(4))
                    .atMost(InProcessMesh.TIMEOUT)
                    .until(() -> Stream.of(first, second)
                            .noneMatch(each -> each.cluster().isLeader() || each.isReady()));

            // And with the third one they form the cluster
            MeshNode third = inProcessMesh.start(lastStopped, "", a.identity(), b.identity());
            InProcessMesh.awaitConverged(first, second, third);
            InProcessMesh.awaitLeader(first, second, third);
        }
    }
}
