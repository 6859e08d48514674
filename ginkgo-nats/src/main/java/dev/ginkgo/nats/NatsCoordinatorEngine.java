package dev.ginkgo.nats;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorProvider;
import dev.ginkgo.nats.coordinator.NatsCoordinator;

/**
 * Provider of the coordinator {@code nats}, which keeps members and leases in a key-value bucket of NATS. Loaded by the
 * cluster module; programs do not use it directly.
 */
public final class NatsCoordinatorEngine implements CoordinatorProvider {

    /** Called by {@link java.util.ServiceLoader}. */
    public NatsCoordinatorEngine() {}

    @Override
    public String name() {
        return "nats";
    }

    @Override
    public Coordinator create() {
        return new NatsCoordinator();
    }
}
