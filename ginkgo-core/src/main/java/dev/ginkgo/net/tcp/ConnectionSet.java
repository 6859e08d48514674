package dev.ginkgo.net.tcp;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Open connections of one run of a service, which a stop closes and which are checked for stalled writes. All methods
 * may be called from any thread.
 */
final class ConnectionSet implements AutoCloseable {
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Adds a connection. If the set has been closed already, the connection is closed. */
    void add(Connection connection) {
        open.add(connection);
        if (closed) {
            connection.close();
        }
    }

    void remove(Connection connection) {
        open.remove(connection);
    }

    int size() {
        return open.size();
    }

    /** Closes each connection on which a single write has exceeded the write timeout. */
    void closeStalledWrites() {
        open.forEach(Connection::closeIfWriteStalled);
    }

    @Override
    public void close() {
        closed = true;
        open.forEach(Connection::close);
    }
}
