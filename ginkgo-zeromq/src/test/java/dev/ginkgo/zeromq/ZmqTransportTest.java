package dev.ginkgo.zeromq;

import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportContract;

/** The transport {@code zeromq} keeps what every transport promises. */
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
