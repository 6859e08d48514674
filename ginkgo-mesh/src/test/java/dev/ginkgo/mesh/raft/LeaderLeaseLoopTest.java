package dev.ginkgo.mesh.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Address;
import dev.ginkgo.mesh.node.MeshContext;
import dev.ginkgo.time.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lease of a leader that no other node succeeds. */
class LeaderLeaseLoopTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "K-60 a leader that steps down ends its lease at once, asks for a successor, and leaves the view if none is"
                    + " elected before it may lead again")
    void leavesTheView_whenNoOtherNodeIsElected() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("a"))) {
            // Given a leader with a lease
            simulation.connect("a");
            assertThat(simulation.elect("a", 1, "a")).isTrue();
            Listener listener = new Listener();
            MeshContext context = new MeshContext(config(), TimeSource.system(), member(), listener);
            Session session = new Session(simulation.node("a").raft());
            LeaderLeaseLoop loop = new LeaderLeaseLoop(context, new ObservedLeases(TimeSource.system()), () -> session);
            Thread thread = Thread.ofVirtual().start(() -> {
                try {
                    loop.run();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            await().atMost(TIMEOUT).until(() -> listener.renewals.get() > 0);

            // When
            context.stepDown();

            // Then
            await().atMost(TIMEOUT).until(() -> listener.ended != null);
            await().atMost(TIMEOUT).until(() -> session.reason != null);
            assertThat(session.reason).contains("it has stepped down, and no other voter was elected");
            assertThat(session.requests.get()).isPositive();
            assertThat(context.isSteppingDown()).isFalse();
            thread.interrupt();
            thread.join();
        }
    }

    private NodeConfig config() {
        return new NodeConfig(
                new Address("a", 1),
                List.of(),
                1,
                Optional.of(folder),
                ClusterCredentials.none(),
                PartitionPolicy.QUORUM);
    }

    private static Member member() {
        return new Member("a", 1, new Address("a", 1), Optional.empty(), Optional.empty(), "1");
    }

    private static final class Listener implements CoordinatorListener {
        final AtomicInteger renewals = new AtomicInteger();
        volatile @Nullable Epoch ended;

        @Override
        public LeaseTiming leaseTiming() {
            return new LeaseTiming(Duration.ofMillis(300), Duration.ofMillis(100));
        }

        @Override
        public void rosterChanged(List<Member> members) {}

        @Override
        public void leaderChanged(String name, Epoch epoch) {}

        @Override
        public boolean leaseRenewed(Epoch epoch, DualTimestamp start) {
            renewals.incrementAndGet();
            return true;
        }

        @Override
        public void leaseEnded(Epoch epoch) {
            ended = epoch;
        }
    }

    /** Session without other nodes. */
    private static final class Session implements RaftSession {
        final AtomicInteger requests = new AtomicInteger();
        private final MeshRaft raft;
        volatile @Nullable String reason;

        Session(MeshRaft raft) {
            this.raft = raft;
        }

        @Override
        public MeshRaft raft() {
            return raft;
        }

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
            return Optional.ofNullable(reason);
        }

        @Override
        public void requestSuccession() {
            requests.incrementAndGet();
        }

        @Override
        public void end(String why) {
            reason = why;
        }
    }
}
