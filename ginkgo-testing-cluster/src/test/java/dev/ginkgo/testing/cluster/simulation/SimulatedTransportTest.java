package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportContract;
import dev.ginkgo.testing.TestTree;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The simulated transport keeps what every transport promises: in the machine's time, as the contract goes by it. */
class SimulatedTransportTest extends TransportContract {
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
    protected Transport transport() {
        return new SimulatedTransport(simulation);
    }
}
