package dev.ginkgo.cluster.spi;

import dev.ginkgo.config.Address;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Addresses on loopback where nobody listens. */
public final class FreePorts {
    private FreePorts() {}

    /**
     * One whose host nobody else is likely to have, where all of 127.0.0.0/8 is loopback, as on Linux: a port of 127.0.0.1
     * that is free now may be somebody else's before it is used.
     */
    public static Address free() throws IOException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String host = "127.%d.%d.%d".formatted(random.nextInt(1, 255), random.nextInt(256), random.nextInt(1, 255));
        try {
            return free(host);
        } catch (BindException _) {
            return free("127.0.0.1");
        }
    }

    /** One of that host. */
    public static Address free(String host) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(host), 0));
            return new Address(host, socket.getLocalPort());
        }
    }
}
