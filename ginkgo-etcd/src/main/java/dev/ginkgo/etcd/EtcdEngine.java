package dev.ginkgo.etcd;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorProvider;

/**
 * Provider of the engine {@code etcd}, in which the nodes coordinate through the servers of etcd. Loaded by the cluster
 * module; programs do not use it directly.
 */
public final class EtcdEngine implements CoordinatorProvider {

    /** Called by {@link java.util.ServiceLoader}. */
    public EtcdEngine() {}

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public Coordinator create() {
        return new EtcdCoordinator();
    }
}
