package dev.ginkgo.net.tcp;

import dev.ginkgo.config.Address;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server that does not use the code under test; it hands over each accepted connection. */
final class RawServer implements AutoCloseable {
    private final ServerSocket listener;
    private final BlockingQueue<RawClient> accepted = new LinkedBlockingQueue<>();

    RawServer() throws IOException {
        this(RawClient.ANY_PORT);
    }

    RawServer(Address address) throws IOException {
        listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(address.toSocketAddress());
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    accepted.add(new RawClient(listener.accept()));
                }
            } catch (IOException e) {
                // closed
            }
        });
    }

    Address address() {
        return new Address("127.0.0.1", listener.getLocalPort());
    }

    /** Returns the next connection; waits at most 10 s. */
    RawClient accept() throws InterruptedException {
        RawClient rawClient = accepted.poll(10, TimeUnit.SECONDS);
        if (rawClient == null) {
            throw new AssertionError("no client connected within 10 s");
        }
        return rawClient;
    }

    /** Returns how many connections have not been taken yet. */
    int waiting() {
        return accepted.size();
    }

    void stopListening() throws IOException {
        listener.close();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (RawClient rawClient : accepted) {
            rawClient.close();
        }
    }
}
