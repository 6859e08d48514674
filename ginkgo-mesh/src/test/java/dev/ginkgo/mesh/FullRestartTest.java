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

/** Three voters that are stopped one after another, so that the last one is the only voter in the end. */
class FullRestartTest {
    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "K-06 K-08 those that were stopped first elect nobody among themselves, and with the last one they are the"
                    + " cluster again")
    void firstStoppedNodesWaitForTheLast() throws Exception {
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            // Given three that have stopped in order
            MeshNode a = inProcessMesh.start("");
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
            MeshNode b = inProcessMesh.start("", a.identity());
            MeshNode c = inProcessMesh.start("", a.identity());
            InProcessMesh.awaitConverged(a, b, c);
            await().atMost(InProcessMesh.TIMEOUT).until(() -> Stream.of(a, b, c).allMatch(each -> each.voters() == 3));
            Stream.of(a, b, c).forEach(each -> each.tree().stop());

            // When the first two come back: one thinks that three vote, the other knows that it votes no longer
            Address last = c.identity();
            MeshNode first = inProcessMesh.start(a.identity(), "", b.identity(), last);
            MeshNode second = inProcessMesh.start(b.identity(), "", a.identity(), last);

            // Then they are no majority
            await().during(Duration.ofSeconds(4))
                    .atMost(InProcessMesh.TIMEOUT)
                    .until(() -> Stream.of(first, second)
                            .noneMatch(each -> each.cluster().isLeader() || each.isReady()));

            // And with the third one they are
            MeshNode third = inProcessMesh.start(last, "", a.identity(), b.identity());
            InProcessMesh.awaitConverged(first, second, third);
            InProcessMesh.awaitLeader(first, second, third);
        }
    }
}
