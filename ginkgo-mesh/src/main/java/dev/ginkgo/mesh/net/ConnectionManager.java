package dev.ginkgo.mesh.net;

import dev.ginkgo.time.TimeSource;
import java.net.InetAddress;
import java.net.Socket;
import org.jgroups.Address;
import org.jgroups.blocks.cs.Connection;
import org.jgroups.blocks.cs.TcpConnection;
import org.jgroups.blocks.cs.TcpServer;
import org.jgroups.util.SocketFactory;
import org.jgroups.util.ThreadFactory;
import org.jgroups.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one node, which wait for nobody: see {@link AsyncConnection}. Nor do those who come: JGroups lets one in after
 * the other, each with a second to say who it is, so that a few who say nothing would keep all others out.
 */
final class ConnectionManager extends TcpServer {
    /** Packets that may wait for one node. Ours are small; what is dropped is sent again. */
    private static final int MAX_QUEUED_PACKETS = 128;

    private final TimeSource timeSource;
    private final PendingHandshakes pending = new PendingHandshakes();

    ConnectionManager(
            TimeSource timeSource,
            ThreadFactory threads,
            SocketFactory sockets,
            InetAddress bind,
            int port,
            @Nullable InetAddress external,
            int externalPort)
            throws Exception {
        super(threads, sockets, bind, port, port, external, externalPort, 0);
        this.timeSource = timeSource;
        acceptor = factory.newThread(new AsyncAcceptor(), "door-" + port);
        nonBlockingSends(true).maxSendQueue(MAX_QUEUED_PACKETS).usePeerConnections(true);
    }

    TimeSource time() {
        return timeSource;
    }

    ThreadFactory threads() {
        return factory;
    }

    /** Lets each in by a thread of its own. */
    private final class AsyncAcceptor extends Acceptor {
        @Override
        protected void handleAccept(Socket caller) {
            pending.add(caller);
            factory.newThread(
                            () -> {
                                try {
                                    super.handleAccept(caller);
                                } catch (Exception e) {
                                    log.trace("%s: %s was not let in: %s", localAddress(), caller, e);
                                    Util.close(caller);
                                } finally {
                                    pending.remove(caller);
                                }
                            },
                            "let-in")
                    .start();
        }
    }

    @Override
    public void stop() {
        super.stop();
        pending.close();
    }

    @Override
    protected TcpConnection createConnection(Address peer) throws Exception {
        return new AsyncConnection(peer, this, MAX_QUEUED_PACKETS);
    }

    /**
     * A call that is not answered at once does not keep out the other node's, which is: after a partition each side may
     * be stuck for a while with calls of before. Of two that are made at the same moment, one is turned away.
     */
    @Override
    public boolean hasConnection(Address peer) {
        Connection present = conns.get(peer);
        return present != null && !(present instanceof AsyncConnection asyncConnection && asyncConnection.isStuck());
    }

    @Override
    public void replaceConnection(Address peer, Connection connection) {
        Connection before = conns.get(peer);
        super.replaceConnection(peer, connection);
        if (before instanceof AsyncConnection asyncConnection) {
            try {
                asyncConnection.transferQueue(connection);
            } catch (Exception e) {
                log.trace("%s: what waited for %s is lost: %s", localAddress(), peer, e);
            }
        }
    }
}
