package dev.ginkgo.mesh;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorProvider;

/**
 * Provider of the engine {@code mesh}, in which the nodes coordinate themselves. Loaded by the cluster module; programs
 * do not use it directly.
 */
public final class MeshEngine implements CoordinatorProvider {

    /** Called by {@link java.util.ServiceLoader}. */
    public MeshEngine() {}

    @Override
    public String name() {
        return "mesh";
    }

    @Override
    public Coordinator create() {
        return new MeshCoordinator();
    }
}
