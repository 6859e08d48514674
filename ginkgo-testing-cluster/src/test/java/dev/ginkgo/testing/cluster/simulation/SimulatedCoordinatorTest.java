package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorContract;
import dev.ginkgo.testing.TestTree;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The simulated coordinator keeps what every engine promises: in the machine's time, as the contract goes by it. */
class SimulatedCoordinatorTest extends CoordinatorContract {
    private final Simulation simulation = new Simulation(List.of());
    private TestTree<SimulatedNetwork> wire;

    @BeforeEach
    void start() {
        wire = TestTree.start(simulation.network);
    }

    @AfterEach
    void stop() {
        wire.close();
    }

    @Override
    protected Coordinator coordinator() {
        return new SimulatedCoordinator(simulation);
    }
}
