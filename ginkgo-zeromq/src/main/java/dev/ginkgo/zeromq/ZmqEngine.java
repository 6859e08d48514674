package dev.ginkgo.zeromq;

import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportProvider;

/** Makes the transport {@code zeromq}; found by the {@link java.util.ServiceLoader}. */
public final class ZmqEngine implements TransportProvider {

    /** For the service loader. */
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
