package dev.ginkgo.nats;

import dev.ginkgo.hub.spi.Broker;
import dev.ginkgo.hub.spi.BrokerProvider;
import dev.ginkgo.nats.broker.NatsBroker;

/**
 * Provider of the broker {@code nats}, through which hubs exchange messages. Loaded by the hub; programs do not use it directly.
 */
public final class NatsBrokerEngine implements BrokerProvider {

    /** Called by {@link java.util.ServiceLoader}. */
    public NatsBrokerEngine() {}

    @Override
    public String name() {
        return "nats";
    }

    @Override
    public Broker create() {
        return new NatsBroker();
    }
}
