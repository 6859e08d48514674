package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import dev.ginkgo.mesh.InProcessMesh.MeshNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootstrapTest {
    @TempDir
    Path folder;

    private InProcessMesh inProcessMesh;

    @BeforeEach
    void createMesh() {
        inProcessMesh = new InProcessMesh(folder);
    }

    @AfterEach
    void stop() {
        inProcessMesh.close();
    }

    @Test
    @DisplayName(
            "K-08 K-19 a node joins through the address of any member, and announces its own addresses to the others")
    void nodeJoinsByAnyMember_andAnnouncesItself() throws Exception {
        MeshNode a = inProcessMesh.start("");
        await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
        MeshNode b = inProcessMesh.start("", a.identity());
        InProcessMesh.awaitConverged(a, b);
        MeshNode c = inProcessMesh.start("", b.identity());
        InProcessMesh.awaitConverged(a, b, c);

        c.cluster().advertiseTransport(new Address("10.0.0.3", 5_555));
        c.cluster().advertiseUrl(URI.create("https://c.example.org/"));

        await().atMost(InProcessMesh.TIMEOUT)
                .untilAsserted(() -> assertThat(a.cluster().roster())
                        .filteredOn(member -> member.name().equals(c.identity().toString()))
                        .singleElement()
                        .satisfies(member -> {
                            assertThat(member.transport()).contains(new Address("10.0.0.3", 5_555));
                            assertThat(member.url()).contains(URI.create("https://c.example.org/"));
                            assertThat(member.identity()).isEqualTo(c.identity());
                            assertThat(member.incarnation()).isPositive();
                        }));
        assertThat(InProcessMesh.awaitLeader(a, b, c)).isEqualTo(a);
    }

    @Test
    @DisplayName("K-09 three nodes that expect three nodes and start at the same moment form one cluster")
    void simultaneousStart_formsOneCluster() throws Exception {
        Address[] all = {FreePorts.free(), FreePorts.free(), FreePorts.free()};
        MeshNode[] nodes = Stream.of(all)
                .parallel()
                .map(each -> {
                    synchronized (all) {
                        return inProcessMesh.start(each, "", all);
                    }
                })
                .toArray(MeshNode[]::new);
        InProcessMesh.awaitConverged(nodes);
        InProcessMesh.awaitLeader(nodes);
    }

    @Test
    @DisplayName("K-11 a node whose seed is absent is degraded, names the seed, and joins when the seed starts")
    void nodeWaitsForItsSeed() throws Exception {
        Address seed = FreePorts.free();
        MeshNode early = inProcessMesh.start("", seed);
        await().atMost(InProcessMesh.TIMEOUT)
                .until(() -> early.degradedReason().startsWith("waiting for " + seed + "; start it"));
        assertThat(early.isReady()).isFalse();
        assertThat(early.cluster().isLeader()).isFalse();

        MeshNode late = inProcessMesh.start(seed, "");

        InProcessMesh.awaitConverged(early, late);
    }

    @Test
    @DisplayName("K-06 K-07 one of two voters alone does not lead, and its status names the absent one; when that one"
            + " returns, there is a leader again")
    void oneOfTwoVoters_doesNotLead() throws Exception {
        MeshNode a = inProcessMesh.start("");
        await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
        MeshNode b = inProcessMesh.start("", a.identity());
        InProcessMesh.awaitConverged(a, b);
        long epochBefore = a.cluster().lease().orElseThrow().epoch().number();
        // Both stop gracefully, the follower last: it becomes the only voter.
        a.tree().stop();
        await().atMost(InProcessMesh.TIMEOUT).until(b.cluster()::isLeader);
        assertThat(b.cluster().lease().orElseThrow().epoch().number()).isGreaterThan(epochBefore);
        b.tree().stop();

        // When only the first returns, it does not form a cluster
        MeshNode returned = inProcessMesh.start(a.identity(), "");
        await().atMost(InProcessMesh.TIMEOUT)
                .until(() -> returned.degradedReason()
                        .startsWith("waiting for " + b.identity() + ": 0 of 1 voters present"));
        await().during(Duration.ofSeconds(2))
                .atMost(InProcessMesh.TIMEOUT)
                .until(() -> !returned.cluster().isLeader());

        // When the second returns, with its original configuration, it leads
        MeshNode other = inProcessMesh.start(b.identity(), "", a.identity());
        InProcessMesh.awaitConverged(returned, other);
        assertThat(InProcessMesh.awaitLeader(returned, other)).isEqualTo(other);
        assertThat(returned.cluster().roster()).extracting(Member::incarnation).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("K-05 K-06 under the policy available, the remaining node leads alone")
    void availablePolicy_remainingNodeLeads() throws Exception {
        MeshNode a = inProcessMesh.start("policy = 'available'");
        MeshNode b = inProcessMesh.start("policy = 'available'", a.identity());
        InProcessMesh.awaitConverged(a, b);
        MeshNode leader = InProcessMesh.awaitLeader(a, b);
        MeshNode remaining = leader.equals(a) ? b : a;
        Epoch first = leader.cluster().lease().orElseThrow().epoch();
        leader.tree().stop();
        await().atMost(InProcessMesh.TIMEOUT).until(remaining.cluster()::isLeader);

        // Then epochs are informational: those of two concurrent leaders are not comparable, so none is fenced off
        Epoch second = remaining.cluster().lease().orElseThrow().epoch();
        assertThat(first.isBefore(second) || second.isBefore(first)).isFalse();
    }

    @Test
    @DisplayName(
            "K-21 a node that would listen beyond loopback without a secret does not start, unless that is allowed")
    void listeningBeyondLoopbackWithoutSecret_isRejected() throws Exception {
        Address open = new Address("0.0.0.0", FreePorts.free("0.0.0.0").port());
        assertThatThrownBy(() -> inProcessMesh.start(open, ""))
                .rootCause()
                .hasMessageContaining("cluster.secret-file")
                .hasMessageContaining("cluster.insecure = true");
    }

    @Test
    @DisplayName("a node whose port is in use does not start; the error names the address and the setting")
    void portInUse_failsTheStart() throws Exception {
        MeshNode a = inProcessMesh.start("");
        await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
        assertThatThrownBy(() -> inProcessMesh.start(a.identity(), ""))
                .hasStackTraceContaining("cannot listen on " + a.identity())
                .hasStackTraceContaining("set cluster.identity");
    }
}
