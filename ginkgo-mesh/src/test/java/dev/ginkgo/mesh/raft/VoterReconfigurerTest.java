package dev.ginkgo.mesh.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Address;
import dev.ginkgo.mesh.node.MeshContext;
import dev.ginkgo.mesh.node.NodeAnnouncement;
import dev.ginkgo.mesh.node.SharedSettings;
import dev.ginkgo.time.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VoterReconfigurerTest {
    private static final LeaseTiming LEASE = new LeaseTiming(Duration.ofSeconds(1), Duration.ZERO);

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "K-29 a node that is elected while it leaves is removed from the voters, so that the remaining node has"
                    + " a majority")
    void leaderElectedWhileLeaving_isRemoved() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("a", "b", "c"))) {
            RaftSimulation.Node b = simulation.node("b");
            RaftSimulation.Node c = simulation.node("c");
            // Given three voters, of which the leader a has left
            simulation.connect("a", "b", "c");
            assertThat(simulation.elect("a", 1, "a", "b", "c")).isTrue();
            simulation.node("a").renew();
            simulation.deliver();
            simulation.removeFromView("a");

            // When b, which has no lease task any more because it leaves too, is elected
            MeshContext context = context("b");
            VoterReconfigurer reconfigurer = new VoterReconfigurer(context, 3, Duration.ofMinutes(1));
            context.startLeaving();
            context.resign();
            assertThat(simulation.elect("b", 2, "b", "c")).isTrue();
            for (int i = 0; i < 20; i++) {
                reconfigure(reconfigurer, b, true);
                simulation.deliver();
                b.resend();
            }

            // Then it has removed a and itself, and c is a majority
            assertThat(c.raft().members()).containsExactly("c");
            assertThat(b.raft().isKnownByAllVoters(b.view(), b.raft().lastAppended()))
                    .isTrue();
            assertThat(simulation.elect("c", 3, "c")).isTrue();
        }
    }

    @Test
    @DisplayName("K-61 the leader removes an absent voter on request, which then does not count for the majority")
    void removesAnAbsentVoter_onRequest() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("a", "b", "c"))) {
            // Given three voters, of which c is gone
            RaftSimulation.Node a = leaderWithoutC(simulation);
            VoterReconfigurer reconfigurer = reconfigurer();

            // When
            CompletableFuture<Void> removal = reconfigurer.remove("c");
            reconfigure(simulation, reconfigurer, a, announcement("a", false), announcement("b", false));

            // Then
            assertThat(removal).isCompleted();
            assertThat(a.raft().members()).containsExactly("a", "b");
            assertThat(simulation.node("b").raft().members()).containsExactly("a", "b");
        }
    }

    @Test
    @DisplayName("K-61 no voter is removed that is present or unknown, or without which too few would be present")
    void rejectsRemovals() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("a", "b", "c"))) {
            RaftSimulation.Node a = leaderWithoutC(simulation);
            VoterReconfigurer reconfigurer = reconfigurer();
            NodeAnnouncement self = announcement("a", false);

            CompletableFuture<Void> present = reconfigurer.remove("b");
            reconfigure(simulation, reconfigurer, a, self, announcement("b", false));
            CompletableFuture<Void> unknown = reconfigurer.remove("d");
            reconfigure(simulation, reconfigurer, a, self, announcement("b", false));
            CompletableFuture<Void> withoutMajority = reconfigurer.remove("c");
            reconfigure(simulation, reconfigurer, a, self);
            CompletableFuture<Void> given = reconfigurer.remove("c");
            given.cancel(false);
            reconfigure(simulation, reconfigurer, a, self, announcement("b", false));

            assertThat(present.exceptionNow()).hasMessageStartingWith("b is present; stop it");
            assertThat(unknown.exceptionNow()).hasMessage("d is not a voter; the voters are a, b, c");
            assertThat(withoutMajority.exceptionNow())
                    .hasMessageStartingWith("without c, 1 of 2 voters would be present, which is no majority");
            assertThat(a.raft().members()).containsExactly("a", "b", "c");
        }
    }

    @Test
    @DisplayName("K-61 a node that does not lead removes no voter")
    void rejectsRemoval_whenItDoesNotLead() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("a", "b", "c"))) {
            leaderWithoutC(simulation);
            VoterReconfigurer reconfigurer = reconfigurer();

            CompletableFuture<Void> removal = reconfigurer.remove("c");
            reconfigure(simulation, reconfigurer, simulation.node("b"), announcement("b", false));

            assertThat(removal.exceptionNow()).hasMessageStartingWith("a is no longer the leader");
        }
    }

    /** Makes a the leader of a, b and c, with an entry of its term, and then removes c from the view. */
    private static RaftSimulation.Node leaderWithoutC(RaftSimulation simulation) {
        simulation.connect("a", "b", "c");
        assertThat(simulation.elect("a", 1, "a", "b", "c")).isTrue();
        simulation.node("a").renew();
        simulation.deliver();
        simulation.removeFromView("c");
        return simulation.node("a");
    }

    private VoterReconfigurer reconfigurer() {
        return new VoterReconfigurer(context("a"), 3, Duration.ofMinutes(1));
    }

    private static void reconfigure(
            RaftSimulation simulation,
            VoterReconfigurer reconfigurer,
            RaftSimulation.Node node,
            NodeAnnouncement... announcements) {
        for (int i = 0; i < 5; i++) {
            reconfigurer.reconfigure(new Session(node.raft()), node.raft(), node.view(), List.of(announcements));
            simulation.deliver();
            node.resend();
        }
    }

    @DisplayName(
            "K-50 a leader that has removed itself from the voters, and restarts before another node knows that, becomes a"
                    + " voter again")
    void leaderThatRemovedItself_becomesAVoterAgain() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("b", "c"))) {
            RaftSimulation.Node b = simulation.node("b");
            RaftSimulation.Node c = simulation.node("c");
            // Given a leader that leaves, and appends its removal, which c does not receive
            simulation.connect("b", "c");
            assertThat(simulation.elect("b", 1, "b", "c")).isTrue();
            b.renew();
            simulation.deliver();
            b.resend();
            simulation.connect("b");
            MeshContext leaving = context("b");
            leaving.startLeaving();
            reconfigure(new VoterReconfigurer(leaving, 3, Duration.ofMinutes(1)), b, true);
            simulation.deliver();
            assertThat(b.raft().members()).containsExactly("c");

            // When it restarts, and is elected because only its log is complete
            b.losePower();
            assertThat(b.raft().isRemovalPending()).isTrue();
            simulation.connect("b", "c");
            assertThat(simulation.elect("c", 2, "b", "c")).isFalse();
            assertThat(simulation.elect("b", 3, "b", "c")).isTrue();
            b.renew();
            VoterReconfigurer reconfigurer = new VoterReconfigurer(context("b"), 3, Duration.ofMinutes(1));
            for (int i = 0; i < 20; i++) {
                reconfigure(reconfigurer, b, false);
                simulation.deliver();
                b.resend();
            }

            // Then the change is committed, and it is a voter again
            assertThat(b.raft().members()).containsExactlyInAnyOrder("b", "c");
            assertThat(c.raft().members()).containsExactlyInAnyOrder("b", "c");
            assertThat(c.raft().commitIndex()).isEqualTo(b.raft().lastAppended());

            // And it still leads
            RaftSimulation.Proposal renewal = b.renew();
            simulation.deliver();
            assertThat(renewal.committed()).isTrue();
        }
    }

    private static void reconfigure(VoterReconfigurer reconfigurer, RaftSimulation.Node b, boolean leaving) {
        reconfigurer.reconfigure(
                new Session(b.raft()),
                b.raft(),
                b.view(),
                List.of(announcement("b", leaving), announcement("c", false)));
    }

    private static Member member(String name) {
        return new Member(name, 1, new Address(name, 1), Optional.empty(), Optional.empty(), "1");
    }

    private MeshContext context(String name) {
        NodeConfig config = new NodeConfig(
                new Address(name, 1),
                List.of(),
                1,
                Optional.of(folder),
                ClusterCredentials.none(),
                PartitionPolicy.QUORUM);
        return new MeshContext(config, TimeSource.system(), member(name), new RaftSimulation.IgnoringListener());
    }

    private static NodeAnnouncement announcement(String name, boolean leaving) {
        return new NodeAnnouncement(
                member(name), "cluster", leaving, 1, new SharedSettings(PartitionPolicy.QUORUM, LEASE));
    }

    /** Session that does not end. */
    private record Session(MeshRaft raft) implements RaftSession {
        @Override
        public String cluster() {
            return "cluster";
        }

        @Override
        public Epoch epoch(long term) {
            return new Epoch(cluster(), term);
        }

        @Override
        public Optional<String> endReason() {
            return Optional.empty();
        }

        @Override
        public void requestSuccession() {}

        @Override
        public void end(String reason) {}
    }
}
