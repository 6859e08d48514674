package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.cluster.spi.PartitionContract;
import dev.ginkgo.testing.TestTree;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The simulated coordinator gives the guarantees about partitions; it runs in real time, as the contract requires. */
class SimulatedPartitionTest extends PartitionContract {
    private final Simulation simulation = new Simulation(List.of());
    private TestTree<SimulatedNetwork> network;

    @BeforeEach
    void start() {
        network = TestTree.start(simulation.network);
    }

    @AfterEach
    void stop() {
        network.close();
    }

    @Override
    protected Coordinator coordinator() {
        return new SimulatedCoordinator(simulation);
    }

    @Override
    protected LeaseTiming leaseTiming() {
        return new LeaseTiming(Duration.ofSeconds(2), Duration.ofMillis(100));
    }

    @Override
    protected void cutOff(int node) {
        simulation.faults.setDead(name(node), true);
    }

    @Override
    protected void reconnect(int node) {
        simulation.faults.setDead(name(node), false);
    }

    private static String name(int node) {
        return "127.0.0.1:" + (node + 1);
    }
}
