package dev.ginkgo.nats.client;

import io.nats.client.Connection;

/** An open connection. */
public final class NatsLink implements AutoCloseable {
    private final Connection connection;

    NatsLink(Connection connection) {
        this.connection = connection;
    }

    /** Returns the connection. */
    public Connection connection() {
        return connection;
    }

    /** Closes the connection. If the thread is interrupted, it stays so. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            connection.close();
        } catch (InterruptedException _) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
