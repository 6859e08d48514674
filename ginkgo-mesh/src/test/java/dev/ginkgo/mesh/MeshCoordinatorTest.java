package dev.ginkgo.mesh;

import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorContract;
import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Address;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** The contract, with real sockets on loopback. The identities are names here; each node listens on a free port. */
class MeshCoordinatorTest extends CoordinatorContract {
    @TempDir
    Path folder;

    private final List<Address> bound = new ArrayList<>();
    private final List<MeshCoordinator> engines = new ArrayList<>();

    @Override
    protected Coordinator coordinator() throws IOException {
        Address here = FreePorts.free();
        bound.add(here);
        MeshCoordinator engine = new MeshCoordinator(here.toString());
        engines.add(engine);
        return engine;
    }

    /** All vote: then none is needed, and one that comes again without its memory is told by the others. */
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
        Path own = folder.resolve("start-" + bound.size());
        return new NodeConfig(identity, others, 1, own, ClusterCredentials.none(), PartitionPolicy.QUORUM);
    }

    @Override
    protected LeaseTiming leaseTiming() {
        return new LeaseTiming(Duration.ofMillis(1_200), Duration.ofMillis(100));
    }
}
