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

/** From when a lease counts, if its renewal takes long. */
class LeaseStartTest {
    private static final Duration LONG = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    /** The machine's time, which may jump: as for a node that is frozen for a moment. */
    private static final class JumpingTime implements TimeSource {
        private final AtomicLong ahead = new AtomicLong();

        @Override
        public Instant now() {
            return TimeSource.system().now().plusNanos(ahead.get());
        }

        @Override
        public long nanos() {
            return TimeSource.system().nanos() + ahead.get();
        }

        @Override
        public void park(long deadline) {
            TimeSource.system().park(deadline - ahead.get());
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
            "K-13 a lease counts from before its renewal was sent: a node that is frozen until it is committed has less")
    void fromBeforeItWasSent() throws Exception {
        JumpingTime time = new JumpingTime();
        List<Duration> ages = new CopyOnWriteArrayList<>();
        CoordinatorListener coordinatorListener = new CoordinatorListener() {
            @Override
            public LeaseTiming leaseTiming() {
                return new LeaseTiming(Duration.ofSeconds(5), Duration.ofMillis(100));
            }

            @Override
            public void rosterChanged(List<Member> members) {}

            @Override
            public void leaderChanged(String name, Epoch epoch) {
                time.ahead.addAndGet(
                        LONG.toNanos()); // the renewal is committed, and the one who asked does not know it yet
            }

            @Override
            public boolean leaseRenewed(Epoch epoch, DualTimestamp start) {
                ages.add(start.elapsed(time));
                return true;
            }

            @Override
            public void leaseEnded(Epoch epoch) {}
        };
        Address here = FreePorts.free();
        MeshCoordinator engine = new MeshCoordinator(here.toString());
        try (TestTree<Parent> _ = TestTree.start(new Parent(engine), time)) {
            NodeConfig nodeConfig =
                    new NodeConfig(here, List.of(), 1, folder, ClusterCredentials.none(), PartitionPolicy.QUORUM);
            long incarnation = engine.prepare(nodeConfig);
            engine.join(
                    new Member(here.toString(), incarnation, here, Optional.empty(), Optional.empty(), "1"),
                    coordinatorListener);
            await().atMost(InProcessMesh.TIMEOUT).until(() -> !ages.isEmpty());
            engine.leave();
        }
        assertThat(ages.getFirst()).isGreaterThanOrEqualTo(LONG);
    }
}
