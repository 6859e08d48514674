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
    private boolean closed; // guarded by this

    /**
     * Adds a connection; closes the oldest if there are too many. After {@link #close}, closes the connection instead.
     *
     * @return whether the connection was added
     */
    boolean add(Socket socket) {
        boolean added;
        Socket redundant = null;
        synchronized (this) {
            added = !closed;
            if (closed) {
                redundant = socket;
            } else {
                sockets.add(socket);
                if (sockets.size() > MAX_PENDING) {
                    redundant = sockets.iterator().next();
                    sockets.remove(redundant);
                }
            }
        }
        Util.close(redundant);
        return added;
    }

    /** Removes a connection whose handshake has completed or failed. */
    synchronized void remove(Socket socket) {
        sockets.remove(socket);
    }

    /** Closes all pending connections, and those that are added later. */
    @Override
    public void close() {
        List<Socket> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(sockets);
            sockets.clear();
        }
        all.forEach(Util::close);
    }
}
