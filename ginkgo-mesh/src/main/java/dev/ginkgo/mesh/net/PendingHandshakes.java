package dev.ginkgo.mesh.net;

import java.io.Closeable;
import java.net.Socket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jgroups.util.Util;

/**
 * Those who have come and not said yet who they are. A node says it at once; so if there are too many, the one that has
 * stood there for longest has to go, and strangers who say nothing keep nobody out.
 */
final class PendingHandshakes implements Closeable {
    private static final int MAX_PENDING = 64;

    private final Set<Socket> sockets = new LinkedHashSet<>(); // guarded by this

    /** One has come; perhaps another one is hung up on. */
    void add(Socket caller) {
        Socket tooMany = null;
        synchronized (this) {
            sockets.add(caller);
            if (sockets.size() > MAX_PENDING) {
                tooMany = sockets.iterator().next();
                sockets.remove(tooMany);
            }
        }
        Util.close(tooMany);
    }

    /** One was let in, or has gone. */
    synchronized void remove(Socket caller) {
        sockets.remove(caller);
    }

    /** Hangs up on all. */
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
