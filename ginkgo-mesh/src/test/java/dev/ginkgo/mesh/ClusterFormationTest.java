package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import dev.ginkgo.mesh.InProcessMesh.MeshNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterFormationTest {
    @TempDir
    Path folder;

    /** The lowest first: that one founds. */
    private static List<Address> three() throws IOException {
        return Stream.of(FreePorts.free(), FreePorts.free(), FreePorts.free())
                .sorted(Comparator.comparing(Address::toString))
                .toList();
    }

    @Test
    @DisplayName("K-08 a new node founds nothing where one is that has been in a cluster, though nobody leads that one")
    void besideAMember() throws Exception {
        List<Address> places = three();
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            // Given one of two, of which only the other one votes
            MeshNode a = inProcessMesh.start(places.get(1), "");
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
            MeshNode b = inProcessMesh.start(places.get(2), "", a.identity());
            InProcessMesh.awaitConverged(a, b);
            a.tree().stop();
            await().atMost(InProcessMesh.TIMEOUT).until(b.cluster()::isLeader);
            b.tree().stop();
            MeshNode alone = inProcessMesh.start(a.identity(), "");
            await().atMost(InProcessMesh.TIMEOUT)
                    .until(() -> alone.degradedReason().contains("0 of 1 voters here"));

            // When a new one comes, and they are as many as it expects
            MeshNode fresh = inProcessMesh.start(places.get(0), "expect = 2", a.identity());
            await().atMost(InProcessMesh.TIMEOUT).until(() -> fresh.roster().size() == 2);

            // Then they wait for the one that votes
            await().during(Duration.ofSeconds(3))
                    .atMost(InProcessMesh.TIMEOUT)
                    .until(() -> !fresh.cluster().isLeader() && !alone.cluster().isLeader());
            MeshNode back = inProcessMesh.start(b.identity(), "", a.identity());
            InProcessMesh.awaitConverged(alone, fresh, back);
            assertThat(InProcessMesh.awaitLeader(alone, fresh, back)).isEqualTo(back);
        }
    }

    @Test
    @DisplayName(
            "K-08 K-11 of nodes that expect differently many, the lowest of those founds who have enough: none waits"
                    + " for one that waits for more")
    void enoughForOne() throws Exception {
        List<Address> places = three();
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            MeshNode second = inProcessMesh.start(places.get(1), "expect = 2");
            MeshNode first = inProcessMesh.start(places.get(0), "expect = 3", second.identity());

            InProcessMesh.awaitConverged(first, second);
            assertThat(InProcessMesh.awaitLeader(first, second)).isEqualTo(second);
        }
    }
}
