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
    private static final int MOST = 64;

    private final Set<Socket> callers = new LinkedHashSet<>(); // guarded by this

    /** One has come; perhaps another one is hung up on. */
    void come(Socket caller) {
        Socket tooMany = null;
        synchronized (this) {
            callers.add(caller);
            if (callers.size() > MOST) {
                tooMany = callers.iterator().next();
                callers.remove(tooMany);
            }
        }
        Util.close(tooMany);
    }

    /** One was let in, or has gone. */
    synchronized void gone(Socket caller) {
        callers.remove(caller);
    }

    /** Hangs up on all. */
    @Override
    public void close() {
        List<Socket> all;
        synchronized (this) {
            all = List.copyOf(callers);
            callers.clear();
        }
        all.forEach(Util::close);
    }
}
