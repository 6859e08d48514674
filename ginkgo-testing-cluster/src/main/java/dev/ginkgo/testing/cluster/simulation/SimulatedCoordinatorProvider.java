package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorProvider;
import dev.ginkgo.testing.cluster.TestCluster;

/** Makes the engine of a {@link TestCluster} available under the name {@value #NAME}. */
public final class SimulatedCoordinatorProvider implements CoordinatorProvider {
    static final String NAME = "simulated";

    /** Called by {@link java.util.ServiceLoader}. */
    public SimulatedCoordinatorProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Coordinator create() {
        return new SimulatedCoordinator(Simulation.current());
    }
}
