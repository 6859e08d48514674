package dev.ginkgo.nats.coordinator;

import dev.ginkgo.cluster.spi.AbsentServersContract;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.config.Address;
import java.util.List;

/** The log of a node while no NATS server works. */
class NatsAbsentServersTest extends AbsentServersContract {
    @Override
    protected Coordinator coordinator(List<Address> servers) {
        return new NatsCoordinator(servers, "ginkgo");
    }
}
