package dev.ginkgo.mesh;

import java.net.InetAddress;
import org.jgroups.Address;
import org.jgroups.blocks.cs.Connection;
import org.jgroups.blocks.cs.TcpConnection;
import org.jgroups.blocks.cs.TcpServer;
import org.jgroups.util.SocketFactory;
import org.jgroups.util.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** The connections of one node, which wait for nobody: see {@link Call}. */
final class Switchboard extends TcpServer {
    /** Packets that may wait for one node. Ours are small; what is dropped is sent again. */
    private static final int QUEUE = 128;

    Switchboard(
            ThreadFactory threads,
            SocketFactory sockets,
            InetAddress bind,
            int port,
            @Nullable InetAddress external,
            int externalPort)
            throws Exception {
        super(threads, sockets, bind, port, port, external, externalPort, 0);
        nonBlockingSends(true).maxSendQueue(QUEUE).usePeerConnections(true);
    }

    ThreadFactory threads() {
        return factory;
    }

    @Override
    protected TcpConnection createConnection(Address peer) throws Exception {
        return new Call(peer, this, QUEUE);
    }

    @Override
    public void replaceConnection(Address peer, Connection connection) {
        Connection before = conns.get(peer);
        super.replaceConnection(peer, connection);
        if (before instanceof Call call) {
            try {
                call.handOver(connection);
            } catch (Exception e) {
                log.trace("%s: what waited for %s is lost: %s", localAddress(), peer, e);
            }
        }
    }
}
