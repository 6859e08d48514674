package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Address;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Start of a lease whose renewal takes long to commit. */
class LeaseStartTest {
    private static final Duration COMMIT_DELAY = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    /** System time plus an offset, to simulate a process that is suspended for a while. */
    private static final class SkewableTime implements TimeSource {
        private final AtomicLong offset = new AtomicLong();

        @Override
        public Instant now() {
            return TimeSource.system().now().plusNanos(offset.get());
        }

        @Override
        public long nanos() {
            return TimeSource.system().nanos() + offset.get();
        }

        @Override
        public void park(long deadline) {
            TimeSource.system().park(deadline - offset.get());
        }

        @Override
        public void unpark(Thread thread) {
            TimeSource.system().unpark(thread);
        }
    }

    private static final class Parent extends Service {
        Parent(MeshCoordinator engine) {
            add("engine", engine);
        }
    }

    @Test
    @DisplayName(
            "K-13 a lease starts before its renewal is sent: if the node is suspended until the commit, less remains")
    void leaseStartsBeforeTheRenewalIsSent() throws Exception {
        SkewableTime time = new SkewableTime();
        List<Duration> renewalAges = new CopyOnWriteArrayList<>();
        CoordinatorListener coordinatorListener = new CoordinatorListener() {
            @Override
            public LeaseTiming leaseTiming() {
                return new LeaseTiming(Duration.ofSeconds(5), Duration.ofMillis(100));
            }

            @Override
            public void rosterChanged(List<Member> members) {}

            @Override
            public void leaderChanged(String name, Epoch epoch) {
                // The renewal is committed, but the leader has not been notified yet.
                time.offset.addAndGet(COMMIT_DELAY.toNanos());
            }

            @Override
            public boolean leaseRenewed(Epoch epoch, DualTimestamp start) {
                renewalAges.add(start.elapsed(time));
                return true;
            }

            @Override
            public void leaseEnded(Epoch epoch) {}
        };
        Address identity = FreePorts.free();
        MeshCoordinator engine = new MeshCoordinator(identity.toString());
        try (TestTree<Parent> _ = TestTree.start(new Parent(engine), time)) {
            NodeConfig nodeConfig = new NodeConfig(
                    identity, List.of(), 1, Optional.of(folder), ClusterCredentials.none(), PartitionPolicy.QUORUM);
            long incarnation = engine.prepare(nodeConfig);
            engine.join(
                    new Member(identity.toString(), incarnation, identity, Optional.empty(), Optional.empty(), "1"),
                    coordinatorListener);
            await().atMost(InProcessMesh.TIMEOUT).until(() -> !renewalAges.isEmpty());
            engine.leave();
        }
        assertThat(renewalAges.getFirst()).isGreaterThanOrEqualTo(COMMIT_DELAY);
    }
}
