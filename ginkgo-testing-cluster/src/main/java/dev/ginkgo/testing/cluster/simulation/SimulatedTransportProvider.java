package dev.ginkgo.testing.cluster;

import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportEngine;

/** How a hub finds the transport of a {@link TestCluster}; in its table it is called {@value SimulatedEngine#NAME}. */
public final class SimulatedTransportEngine implements TransportEngine {
    /** For {@link java.util.ServiceLoader}. */
    public SimulatedTransportEngine() {}

    @Override
    public String name() {
        return SimulatedEngine.NAME;
    }

    @Override
    public Transport make() {
        return new SimulatedTransport(World.here());
    }
}
