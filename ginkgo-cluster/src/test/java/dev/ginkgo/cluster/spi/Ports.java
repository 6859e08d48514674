package dev.ginkgo.cluster.spi;

import dev.ginkgo.config.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Addresses on loopback where nobody listens. */
public final class Ports {
    private Ports() {}

    public static Address free() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            return new Address("127.0.0.1", socket.getLocalPort());
        }
    }
}
