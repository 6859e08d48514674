package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportProvider;
import dev.ginkgo.testing.cluster.TestCluster;

/** How a hub finds the transport of a {@link TestCluster}; in its table it is called {@value SimulatedCoordinatorProvider#NAME}. */
public final class SimulatedTransportProvider implements TransportProvider {
    /** For {@link java.util.ServiceLoader}. */
    public SimulatedTransportProvider() {}

    @Override
    public String name() {
        return SimulatedCoordinatorProvider.NAME;
    }

    @Override
    public Transport create() {
        return new SimulatedTransport(Simulation.current());
    }
}
