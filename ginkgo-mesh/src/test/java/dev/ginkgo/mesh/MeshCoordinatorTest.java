package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorContract;
import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Contract test of the engine with real sockets on loopback. Identities are only names here; each node listens on a
 * free port.
 */
class MeshCoordinatorTest extends CoordinatorContract {
    @TempDir
    Path folder;

    private final List<Address> bound = new ArrayList<>();
    private final List<MeshCoordinator> engines = new ArrayList<>();

    @Override
    protected Coordinator coordinator() throws IOException {
        Address listenAddress = FreePorts.free();
        bound.add(listenAddress);
        MeshCoordinator engine = new MeshCoordinator(listenAddress.toString());
        engines.add(engine);
        return engine;
    }

    /**
     * Waits until all nodes are voters. Then none of them is indispensable, and one that restarts without its data
     * directory receives the state from the others.
     */
    @Override
    protected void awaitSettled(int count) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> engines.stream()
                                .filter(each -> each.voters().size() == count)
                                .count()
                        == count);
    }

    @Override
    protected NodeConfig nodeConfig(Address identity) {
        List<Address> others = List.copyOf(bound.subList(0, bound.size() - 1));
        Path dataDir = folder.resolve("start-" + bound.size());
        return new NodeConfig(
                identity,
                others,
                expectedNodes(others),
                Optional.of(dataDir),
                ClusterCredentials.none(),
                PartitionPolicy.QUORUM);
    }

    /**
     * Returns the default of {@code cluster.expect}. Nodes that are started at once would otherwise form clusters of
     * their own, if the first one is slow.
     */
    private static int expectedNodes(List<Address> others) {
        return others.isEmpty() ? 1 : 3;
    }

    @Test
    @DisplayName("K-24 a node that other machines connect to does not start without a configured data directory")
    void listeningBeyondLoopbackWithoutDataDir_isRejected() throws Exception {
        Address identity = new Address("0.0.0.0", FreePorts.free("0.0.0.0").port());
        MeshCoordinator engine = new MeshCoordinator(identity.toString());
        NodeConfig config = new NodeConfig(
                identity,
                List.of(),
                1,
                Optional.empty(),
                ClusterCredentials.of(Secret.of(""), true),
                PartitionPolicy.QUORUM);
        try (Ginkgo _ = Ginkgo.of(engine).configuration(Configuration.empty()).start()) {
            assertThatThrownBy(() -> engine.prepare(config))
                    .hasMessageContaining("cluster.data-dir is not set")
                    .hasMessageContaining("a disk that survives a reboot");
        }
    }

    @Override
    protected LeaseTiming leaseTiming() {
        return new LeaseTiming(Duration.ofMillis(1_200), Duration.ofMillis(100));
    }

    @Override
    protected boolean canStepDown() {
        return true;
    }
}
