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

/** A node that has lost its memory, and has founded a cluster alone. */
class LostDataDirectoryTest {
    @TempDir
    Path folder;

    private Path of(Address identity) {
        return folder.resolve(identity.toString().replaceAll("[^A-Za-z0-9.]", "-"));
    }

    @Test
    @DisplayName(
            "K-08 K-10 a founder that comes back with a cluster of its own leaves the others their leader, and leads nobody")
    void founder() throws Exception {
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            // Given a node that has founded a cluster, as one does that has lost its folder and finds nobody
            Address identity = FreePorts.free();
            MeshNode other = inProcessMesh.start(identity, "");
            await().atMost(InProcessMesh.TIMEOUT).until(other.cluster()::isLeader);
            other.tree().stop();
            Path aside = Files.move(of(identity), folder.resolve("aside"));

            // And a cluster of three that it has founded, too
            MeshNode a = inProcessMesh.start(identity, "");
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
            MeshNode b = inProcessMesh.start("", identity);
            MeshNode c = inProcessMesh.start("", identity);
            InProcessMesh.awaitConverged(a, b, c);
            await().atMost(InProcessMesh.TIMEOUT).until(() -> Stream.of(a, b, c).allMatch(each -> each.voters() == 3));

            // When it is stopped, and comes back with the memory of the other one
            a.tree().stop();
            MeshNode leader = InProcessMesh.awaitLeader(b, c);
            Path kept = Files.move(of(identity), folder.resolve("kept"));
            Files.move(aside, of(identity));
            MeshNode again = inProcessMesh.start(identity, "");

            // Then it gives way to the others, who lead on
            await().atMost(InProcessMesh.TIMEOUT)
                    .until(() -> again.degradedReason().contains("this node of")
                            && !again.cluster().isLeader());
            await().during(Duration.ofSeconds(8))
                    .atMost(InProcessMesh.TIMEOUT)
                    .until(() -> leader.cluster().isLeader() && !again.cluster().isLeader());

            // And joins them when what it says is done
            again.tree().stop();
            Files.move(of(identity), aside);
            Files.move(kept, of(identity));
            MeshNode back = inProcessMesh.start(identity, "");
            InProcessMesh.awaitConverged(b, c, back);
            assertThat(InProcessMesh.awaitLeader(b, c, back)).isEqualTo(leader);
        }
    }
}
