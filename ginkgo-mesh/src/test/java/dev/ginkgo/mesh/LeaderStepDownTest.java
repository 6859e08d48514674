package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.ObserverRegistration;
import dev.ginkgo.mesh.InProcessMesh.MeshNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator may change in a cluster: who leads, and which voters count. */
class LeaderStepDownTest {
    private static final String VOTERS = "coordinator.mesh.voters = 3";

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "K-60 K-61 K-62 a leader that steps down hands over to another voter, whose epoch is higher, and no node"
                    + " leaves; an absent voter can be removed, and joins again")
    void handsOver_andRemovesAnAbsentVoter() throws Exception {
        try (InProcessMesh mesh = new InProcessMesh(folder)) {
            // Given three voters
            MeshNode a = mesh.start(VOTERS + "\nexpect = 1");
            MeshNode b = mesh.start(VOTERS, a.identity());
            MeshNode c = mesh.start(VOTERS, a.identity());
            InProcessMesh.awaitConverged(a, b, c);
            await().atMost(InProcessMesh.TIMEOUT).until(() -> Stream.of(a, b, c).allMatch(each -> each.voters() == 3));
            List<Integer> rosterSizes = new CopyOnWriteArrayList<>();

            // When each leader steps down in turn
            try (ObserverRegistration _ = b.cluster().onRoster(members -> rosterSizes.add(members.size()))) {
                for (int i = 0; i < 3; i++) {
                    MeshNode leader = InProcessMesh.awaitLeader(a, b, c);
                    long epoch = epoch(leader);
                    leader.cluster().stepDown();
                    await().atMost(InProcessMesh.TIMEOUT)
                            .until(() -> Stream.of(a, b, c)
                                    .anyMatch(each -> !isSame(each, leader)
                                            && each.cluster().isLeader()
                                            && epoch(each) > epoch));
                    assertThat(leader.cluster().isLeader()).isFalse();
                }
            }

            // Then no node has left
            assertThat(rosterSizes).isNotEmpty().containsOnly(3);

            // And a follower hands over nothing and removes nothing, nor is a node removed that is present
            MeshNode leader = InProcessMesh.awaitLeader(a, b, c);
            MeshNode follower = Stream.of(a, b, c)
                    .filter(each -> !isSame(each, leader))
                    .findFirst()
                    .orElseThrow();
            String name = follower.identity().toString();
            assertThatThrownBy(follower.cluster()::stepDown)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("this node, " + name + ", is not the leader");
            assertThatThrownBy(() -> follower.cluster().removeVoter(name)).hasMessageContaining("is not the leader");
            assertThatThrownBy(() -> leader.cluster().removeVoter(name)).hasMessageStartingWith(name + " is present");

            // When the follower stops, and is removed
            follower.tree().stop();
            await().atMost(InProcessMesh.TIMEOUT)
                    .until(() -> leader.cluster().roster().size() == 2);
            assertThat(leader.cluster().voters()).contains(name);
            leader.cluster().removeVoter(name);

            // Then it does not count any more, until it comes back
            assertThat(leader.cluster().voters()).hasSize(2).doesNotContain(name);
            mesh.start(follower.identity(), VOTERS, leader.identity());
            await().atMost(InProcessMesh.TIMEOUT)
                    .until(() -> leader.cluster().voters().contains(name));
        }
    }

    @Test
    @DisplayName("K-60 a leader without another voter, or with the policy available, does not step down")
    void staysLeader_whenNoOtherNodeCouldLead() throws Exception {
        try (InProcessMesh mesh = new InProcessMesh(folder)) {
            MeshNode alone = mesh.start("");
            MeshNode available = mesh.start("policy = \"available\"");
            InProcessMesh.awaitLeader(alone);
            InProcessMesh.awaitLeader(available);

            assertThatThrownBy(alone.cluster()::stepDown)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("no other voter is present");
            assertThatThrownBy(available.cluster()::stepDown)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("cluster.policy");
            assertThat(alone.cluster().isLeader()).isTrue();
            assertThat(available.cluster().isLeader()).isTrue();
        }
    }

    private static boolean isSame(MeshNode one, MeshNode other) {
        return one.identity().equals(other.identity());
    }

    private static long epoch(MeshNode node) {
        return node.cluster().leader().orElseThrow().epoch().number();
    }
}
