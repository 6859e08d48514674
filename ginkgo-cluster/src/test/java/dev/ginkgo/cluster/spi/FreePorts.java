package dev.ginkgo.cluster.spi;

import dev.ginkgo.config.Address;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Finds loopback addresses on which no process listens. */
public final class FreePorts {
    private FreePorts() {}

    /**
     * Returns a free address. Where all of 127.0.0.0/8 is loopback, as on Linux, its host is random: a port of
     * 127.0.0.1 that is free now could be taken by another process before it is used.
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

    /** Returns a free address with that host. */
    public static Address free(String host) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(host), 0));
            return new Address(host, socket.getLocalPort());
        }
    }
}
