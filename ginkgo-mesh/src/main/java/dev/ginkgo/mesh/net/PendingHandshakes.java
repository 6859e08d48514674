package dev.ginkgo.mesh.net;

import java.io.Closeable;
import java.net.Socket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jgroups.util.Util;

/**
 * Connections that have not completed the handshake, at most {@value #MAX_PENDING}. A node identifies itself
 * immediately, so if there are more, the oldest is closed: silent clients cannot block nodes. Thread-safe.
 */
final class PendingHandshakes implements Closeable {
    private static final int MAX_PENDING = 64;

    private final Set<Socket> sockets = new LinkedHashSet<>(); // guarded by this

    /** Adds a connection; closes the oldest if there are too many. */
    void add(Socket socket) {
        Socket oldest = null;
        synchronized (this) {
            sockets.add(socket);
            if (sockets.size() > MAX_PENDING) {
                oldest = sockets.iterator().next();
                sockets.remove(oldest);
            }
        }
        Util.close(oldest);
    }

    /** Removes a connection whose handshake has completed or failed. */
    synchronized void remove(Socket socket) {
        sockets.remove(socket);
    }

    /** Closes all pending connections. */
    @Override
    public void close() {
        List<Socket> all;
        synchronized (this) {
            all = List.copyOf(sockets);
            sockets.clear();
        }
        all.forEach(Util::close);
    }
}
