package dev.ginkgo.hub.replication.local;

import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportContract;

/** The transport {@code local} fulfils the contract of transports. */
class LocalTransportTest extends TransportContract {
    private final LocalNetwork network = new LocalNetwork();

    @Override
    protected Transport transport() {
        return new LocalTransport(network);
    }
}
