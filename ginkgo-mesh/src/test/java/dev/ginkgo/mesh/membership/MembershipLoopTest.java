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
    private final List<String> story = new CopyOnWriteArrayList<>();

    /** When it has told how it is. */
    private final List<Long> tries = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @EnumSource
    @DisplayName("K-08 K-20 a node is ready when it knows all who are there, not before: who asks it then whether it is"
            + " alone gets the right answer")
    void readyWhenAllAreKnown(PartitionPolicy policy) throws Exception {
        try (InProcessMesh clusters = new InProcessMesh(folder)) {
            // Given two nodes
            String words = "policy = \"" + policy.name().toLowerCase(Locale.ROOT) + "\"";
            InProcessMesh.MeshNode a = clusters.start(words);
            await().atMost(InProcessMesh.PATIENCE).until(a.cluster()::isLeader);
            InProcessMesh.MeshNode b = clusters.start(words, a.identity());
            InProcessMesh.awaitTogether(a, b);

            // When another joins them
            Address here = FreePorts.free();
            try (DataDirectory own = DataDirectory.open(folder, here)) {
                MeshContext node = node(here, a.identity(), policy, own);
                Thread members = Thread.ofVirtual().start(() -> run(node, own));
                await().atMost(InProcessMesh.PATIENCE).until(() -> story.contains("ready"));
                node.leave();
                node.resign();
                members.join();
            }

            // Then it has told both before it says that it is ready
            List<String> before = story.subList(0, story.indexOf("ready")).stream()
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
            MeshContext node = node(here, FreePorts.free(), PartitionPolicy.QUORUM, own);
            Thread members = Thread.ofVirtual().start(() -> run(node, own));

            // When it is woken all the time, until it has tried four times
            await().pollInterval(Duration.ofMillis(10))
                    .atMost(InProcessMesh.PATIENCE)
                    .until(() -> {
                        node.ring();
                        return tries.size() >= 4;
                    });
            node.leave();
            node.resign();
            members.join();

            // Then it has paused for 0.2 s, 0.4 s and 0.8 s in between, and has not tried once more
            for (int i = 1; i < 4; i++) {
                assertThat(Duration.ofNanos(tries.get(i) - tries.get(i - 1)))
                        .as("pause %d", i)
                        .isGreaterThanOrEqualTo(Duration.ofMillis(100L << i));
            }
            assertThat(tries).hasSize(4);
        }
    }

    private MeshContext node(Address here, Address other, PartitionPolicy policy, DataDirectory own) throws Exception {
        NodeConfig site = new NodeConfig(here, List.of(other), 3, folder, ClusterCredentials.none(), policy);
        long incarnation = own.nextIncarnation(Instant.now());
        Member self = new Member(here.toString(), incarnation, here, Optional.empty(), Optional.empty(), "1");
        return new MeshContext(site, TimeSource.system(), self, new SynchronizedListener(new RecordingListener()));
    }

    private void run(MeshContext node, DataDirectory own) {
        StackConfig config =
                new StackConfig(node.site().identity(), Duration.ofSeconds(2), DefaultSocketFactory::new, List::of);
        ObservedLeases receipts = new ObservedLeases(node.time());
        MembershipLoop members = new MembershipLoop(
                node, () -> new MeshSession(node, config, own, receipts), new VoterReconfigurer(node, 3, Duration.ofMinutes(1)), ill -> {
                    story.add(ill.orElse("ready"));
                    tries.add(System.nanoTime());
                });
        try {
            members.run();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts it", e);
        }
    }

    private final class RecordingListener implements CoordinatorListener {
        @Override
        public LeaseTiming terms() {
            return new LeaseTiming(Duration.ofMillis(1_200), Duration.ofMillis(100));
        }

        @Override
        public void roster(List<Member> members) {
            story.add("roster " + members.stream().map(Member::name).toList());
        }

        @Override
        public void leader(String name, Epoch epoch) {}

        @Override
        public boolean renewed(Epoch epoch, DualTimestamp start) {
            return true;
        }

        @Override
        public void ended(Epoch epoch) {}
    }
}
