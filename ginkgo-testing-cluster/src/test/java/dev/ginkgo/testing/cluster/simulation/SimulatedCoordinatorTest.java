package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorContract;
import dev.ginkgo.testing.TestTree;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The simulated coordinator passes the contract tests; it runs in real time, as the contract requires. */
class SimulatedCoordinatorTest extends CoordinatorContract {
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
    protected boolean canStepDown() {
        return true;
    }
}
