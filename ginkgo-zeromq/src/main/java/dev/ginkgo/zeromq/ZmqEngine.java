package dev.ginkgo.zeromq;

import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportProvider;

/**
 * Provider of the transport engine {@code zeromq}. Loaded by the hub module; programs do not use it directly.
 */
public final class ZmqEngine implements TransportProvider {

    /** Called by {@link java.util.ServiceLoader}. */
    public ZmqEngine() {}

    @Override
    public String name() {
        return "zeromq";
    }

    @Override
    public Transport create() {
        return new ZmqTransport();
    }
}
