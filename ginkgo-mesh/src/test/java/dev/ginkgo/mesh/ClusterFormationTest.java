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

    /** Returns three addresses, the lowest first. The node with the lowest address forms the cluster. */
    private static List<Address> threeAddresses() throws IOException {
        return Stream.of(FreePorts.free(), FreePorts.free(), FreePorts.free())
                .sorted(Comparator.comparing(Address::toString))
                .toList();
    }

    @Test
    @DisplayName(
            "K-08 a new node does not form a cluster if a present node belongs to one, even if that one has no leader")
    void newNode_formsNoClusterNextToFormerMember() throws Exception {
        List<Address> addresses = threeAddresses();
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            // Given one node of a cluster of two, in which only the other node is a voter
            MeshNode a = inProcessMesh.start(addresses.get(1), "");
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
            MeshNode b = inProcessMesh.start(addresses.get(2), "", a.identity());
            InProcessMesh.awaitConverged(a, b);
            a.tree().stop();
            await().atMost(InProcessMesh.TIMEOUT).until(b.cluster()::isLeader);
            b.tree().stop();
            MeshNode restarted = inProcessMesh.start(a.identity(), "");
            await().atMost(InProcessMesh.TIMEOUT)
                    .until(() -> restarted.degradedReason().contains("0 of 1 voters present"));

            // When a new node joins, so that its expected number of nodes is present
            MeshNode newNode = inProcessMesh.start(addresses.get(0), "expect = 2", a.identity());
            await().atMost(InProcessMesh.TIMEOUT).until(() -> newNode.roster().size() == 2);

            // Then both wait for the voter
            await().during(Duration.ofSeconds(3))
                    .atMost(InProcessMesh.TIMEOUT)
                    .until(() -> !newNode.cluster().isLeader()
                            && !restarted.cluster().isLeader());
            MeshNode returned = inProcessMesh.start(b.identity(), "", a.identity());
            InProcessMesh.awaitConverged(restarted, newNode, returned);
            assertThat(InProcessMesh.awaitLeader(restarted, newNode, returned)).isEqualTo(returned);
        }
    }

    @Test
    @DisplayName(
            "K-08 K-11 if nodes expect different numbers of nodes, the lowest one whose number is present forms the"
                    + " cluster, and does not wait for a node that expects more")
    void lowestNodeWithEnoughPeers_formsCluster() throws Exception {
        List<Address> addresses = threeAddresses();
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            MeshNode second = inProcessMesh.start(addresses.get(1), "expect = 2");
            MeshNode first = inProcessMesh.start(addresses.get(0), "expect = 3", second.identity());

            InProcessMesh.awaitConverged(first, second);
            assertThat(InProcessMesh.awaitLeader(first, second)).isEqualTo(second);
        }
    }
}
