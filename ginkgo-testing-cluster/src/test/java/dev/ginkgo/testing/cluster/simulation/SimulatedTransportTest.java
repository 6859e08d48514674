package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportContract;
import dev.ginkgo.testing.TestTree;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The simulated transport passes the contract tests; it runs in real time, as the contract requires. */
class SimulatedTransportTest extends TransportContract {
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
    protected Transport transport() {
        return new SimulatedTransport(simulation);
    }
}
