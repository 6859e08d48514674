package dev.ginkgo.net.tcp;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The open connections of one run of a service: what a stop closes, and what is looked over for stuck writes. */
final class ConnectionSet implements AutoCloseable {
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Takes a connection in; if a stop was faster, the connection is closed. */
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

    /** Ends each connection whose peer has let a single write wait for longer than the write timeout. */
    void closeStalledWrites() {
        open.forEach(Connection::closeIfWriteStalled);
    }

    @Override
    public void close() {
        closed = true;
        open.forEach(Connection::close);
    }
}
