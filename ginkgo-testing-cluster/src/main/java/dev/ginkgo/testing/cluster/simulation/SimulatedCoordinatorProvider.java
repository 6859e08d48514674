package dev.ginkgo.testing.cluster;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.Engine;

/** How a cluster finds the engine of a {@link TestCluster}; in its table it is called {@value #NAME}. */
public final class SimulatedEngine implements Engine {
    static final String NAME = "simulated";

    /** For {@link java.util.ServiceLoader}. */
    public SimulatedEngine() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Coordinator make() {
        return new SimulatedCoordinator(World.here());
    }
}
