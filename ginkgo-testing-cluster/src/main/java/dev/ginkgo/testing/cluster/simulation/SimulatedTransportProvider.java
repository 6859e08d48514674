package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportProvider;
import dev.ginkgo.testing.cluster.TestCluster;

/**
 * Makes the transport of a {@link TestCluster} available under the name {@value SimulatedCoordinatorProvider#NAME}.
 */
public final class SimulatedTransportProvider implements TransportProvider {
    /** Called by {@link java.util.ServiceLoader}. */
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
