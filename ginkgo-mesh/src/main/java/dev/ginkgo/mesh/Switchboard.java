package dev.ginkgo.mesh;

import dev.ginkgo.Time;
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

    private final Time time;

    Switchboard(
            Time time,
            ThreadFactory threads,
            SocketFactory sockets,
            InetAddress bind,
            int port,
            @Nullable InetAddress external,
            int externalPort)
            throws Exception {
        super(threads, sockets, bind, port, port, external, externalPort, 0);
        this.time = time;
        nonBlockingSends(true).maxSendQueue(QUEUE).usePeerConnections(true);
    }

    Time time() {
        return time;
    }

    ThreadFactory threads() {
        return factory;
    }

    @Override
    protected TcpConnection createConnection(Address peer) throws Exception {
        return new Call(peer, this, QUEUE);
    }

    /**
     * A call that is not answered at once does not keep out the other node's, which is: after a partition each side may
     * be stuck for a while with calls of before. Of two that are made at the same moment, one is turned away.
     */
    @Override
    public boolean hasConnection(Address peer) {
        Connection present = conns.get(peer);
        return present != null && !(present instanceof Call call && call.isStuck());
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
