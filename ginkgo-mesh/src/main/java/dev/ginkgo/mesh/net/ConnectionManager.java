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
 * Connections of one node. Outgoing connections are established asynchronously: see {@link AsyncConnection}. Incoming
 * connections are handled concurrently: JGroups handles them one after another, each with a second to identify itself,
 * so that a few silent clients would block all others.
 */
final class ConnectionManager extends TcpServer {
    /** Queued packets per peer. Packets are small; JGroups retransmits those that are dropped. */
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
        acceptor = factory.newThread(new AsyncAcceptor(), "acceptor-" + port);
        nonBlockingSends(true).maxSendQueue(MAX_QUEUED_PACKETS).usePeerConnections(true);
    }

    TimeSource time() {
        return timeSource;
    }

    ThreadFactory threads() {
        return factory;
    }

    /** Handles each accepted connection on its own thread. */
    private final class AsyncAcceptor extends Acceptor {
        @Override
        protected void handleAccept(Socket socket) {
            pending.add(socket);
            factory.newThread(
                            () -> {
                                try {
                                    super.handleAccept(socket);
                                } catch (Exception e) {
                                    log.trace("%s: rejected connection %s: %s", localAddress(), socket, e);
                                    Util.close(socket);
                                } finally {
                                    pending.remove(socket);
                                }
                            },
                            "handshake")
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
     * Returns whether there is a connection that a new one must not replace. A connection attempt that is stuck does
     * not count: after a partition, both sides may have stuck attempts, and the peer's new connection has to be
     * accepted. If two nodes connect to each other at the same moment, one of the two connections is rejected.
     */
    @Override
    public boolean hasConnection(Address peer) {
        Connection present = conns.get(peer);
        return present != null && !(present instanceof AsyncConnection asyncConnection && asyncConnection.isStuck());
    }

    @Override
    public void replaceConnection(Address peer, Connection connection) {
        Connection previous = conns.get(peer);
        super.replaceConnection(peer, connection);
        if (previous instanceof AsyncConnection asyncConnection) {
            try {
                asyncConnection.transferQueue(connection);
            } catch (Exception e) {
                log.trace("%s: dropped packets queued for %s: %s", localAddress(), peer, e);
            }
        }
    }
}
