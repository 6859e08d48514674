package dev.ginkgo.zeromq;

import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportContract;

/** Contract test of the transport {@code zeromq}. */
class ZmqTransportTest extends TransportContract {
    @Override
    protected Transport transport() {
        return new ZmqTransport();
    }

    @Override
    protected String settings() {
        return "bind = '127.0.0.1:0'";
    }
}
