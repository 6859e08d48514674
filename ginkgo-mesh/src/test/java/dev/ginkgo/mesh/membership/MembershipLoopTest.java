package dev.ginkgo.mesh.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import dev.ginkgo.mesh.InProcessMesh;
import dev.ginkgo.mesh.SynchronizedListener;
import dev.ginkgo.mesh.node.MeshContext;
import dev.ginkgo.mesh.raft.ObservedLeases;
import dev.ginkgo.mesh.raft.VoterReconfigurer;
import dev.ginkgo.mesh.raft.storage.DataDirectory;
import dev.ginkgo.time.TimeSource;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jgroups.util.DefaultSocketFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a node that comes to others says of itself, and when. */
class MembershipLoopTest {
    @TempDir
    Path folder;

    /** What the engine has told, in its order. */
    private final List<String> events = new CopyOnWriteArrayList<>();

    /** When it has told how it is. */
    private final List<Long> healthReports = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @EnumSource
    @DisplayName("K-08 K-20 a node is ready when it knows all who are there, not before: who asks it then whether it is"
            + " alone gets the right answer")
    void readyWhenAllAreKnown(PartitionPolicy partitionPolicy) throws Exception {
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            // Given two nodes
            String words = "policy = \"" + partitionPolicy.name().toLowerCase(Locale.ROOT) + "\"";
            InProcessMesh.MeshNode a = inProcessMesh.start(words);
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
            InProcessMesh.MeshNode b = inProcessMesh.start(words, a.identity());
            InProcessMesh.awaitConverged(a, b);

            // When another joins them
            Address here = FreePorts.free();
            try (DataDirectory own = DataDirectory.open(folder, here)) {
                MeshContext meshContext = node(here, a.identity(), partitionPolicy, own);
                Thread members = Thread.ofVirtual().start(() -> run(meshContext, own));
                await().atMost(InProcessMesh.TIMEOUT).until(() -> events.contains("ready"));
                meshContext.startLeaving();
                meshContext.resign();
                members.join();
            }

            // Then it has told both before it says that it is ready
            List<String> before = events.subList(0, events.indexOf("ready")).stream()
                    .filter(each -> each.startsWith("roster"))
                    .toList();
            assertThat(before.getLast())
                    .contains(a.identity().toString(), b.identity().toString(), here.toString());
        }
    }

    @Test
    @DisplayName(
            "K-08 a node that cannot enter tries again after a pause that grows, whatever happens meanwhile, and not"
                    + " once more when it is stopped")
    void pauses() throws Exception {
        Address here = FreePorts.free();
        try (ServerSocket taken = new ServerSocket();
                DataDirectory own = DataDirectory.open(folder, here)) {
            // Given a node that cannot enter
            taken.bind(here.toSocketAddress());
            MeshContext meshContext = node(here, FreePorts.free(), PartitionPolicy.QUORUM, own);
            Thread members = Thread.ofVirtual().start(() -> run(meshContext, own));

            // When it is woken all the time, until it has tried four times
            await().pollInterval(Duration.ofMillis(10))
                    .atMost(InProcessMesh.TIMEOUT)
                    .until(() -> {
                        meshContext.wakeTasks();
                        return healthReports.size() >= 4;
                    });
            meshContext.startLeaving();
            meshContext.resign();
            members.join();

            // Then it has paused for 0.2 s, 0.4 s and 0.8 s in between, and has not tried once more
            for (int i = 1; i < 4; i++) {
                assertThat(Duration.ofNanos(healthReports.get(i) - healthReports.get(i - 1)))
                        .as("pause %d", i)
                        .isGreaterThanOrEqualTo(Duration.ofMillis(100L << i));
            }
            assertThat(healthReports).hasSize(4);
        }
    }

    private MeshContext node(Address here, Address other, PartitionPolicy partitionPolicy, DataDirectory own)
            throws Exception {
        NodeConfig nodeConfig =
                new NodeConfig(here, List.of(other), 3, folder, ClusterCredentials.none(), partitionPolicy);
        long incarnation = own.nextIncarnation(Instant.now());
        Member self = new Member(here.toString(), incarnation, here, Optional.empty(), Optional.empty(), "1");
        return new MeshContext(
                nodeConfig, TimeSource.system(), self, new SynchronizedListener(new RecordingListener()));
    }

    private void run(MeshContext meshContext, DataDirectory own) {
        StackConfig config = new StackConfig(
                meshContext.config().identity(), Duration.ofSeconds(2), DefaultSocketFactory::new, List::of);
        ObservedLeases observedLeases = new ObservedLeases(meshContext.time());
        MembershipLoop membershipLoop = new MembershipLoop(
                meshContext,
                () -> new MeshSession(meshContext, config, own, observedLeases),
                new VoterReconfigurer(meshContext, 3, Duration.ofMinutes(1)),
                ill -> {
                    events.add(ill.orElse("ready"));
                    healthReports.add(System.nanoTime());
                });
        try {
            membershipLoop.run();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts it", e);
        }
    }

    private final class RecordingListener implements CoordinatorListener {
        @Override
        public LeaseTiming leaseTiming() {
            return new LeaseTiming(Duration.ofMillis(1_200), Duration.ofMillis(100));
        }

        @Override
        public void rosterChanged(List<Member> members) {
            events.add("roster " + members.stream().map(Member::name).toList());
        }

        @Override
        public void leaderChanged(String name, Epoch epoch) {}

        @Override
        public boolean leaseRenewed(Epoch epoch, DualTimestamp start) {
            return true;
        }

        @Override
        public void leaseEnded(Epoch epoch) {}
    }
}
