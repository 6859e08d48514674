package dev.ginkgo.mesh;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorProvider;

/** The engine {@code mesh}: the nodes coordinate themselves. Found by the cluster; nobody else calls it. */
public final class MeshEngine implements CoordinatorProvider {

    /** For {@link java.util.ServiceLoader}. */
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
