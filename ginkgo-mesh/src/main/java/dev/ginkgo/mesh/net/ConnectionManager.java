package dev.ginkgo.mesh.net;

import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import org.jgroups.Address;
import org.jgroups.blocks.cs.Connection;
import org.jgroups.blocks.cs.TcpConnection;
import org.jgroups.blocks.cs.TcpConnectionNonBlocking;
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
            if (pending.add(socket)) {
                factory.newThread(() -> identify(socket), "handshake").start();
            }
        }
    }

    /** Reads the peer's address and adds the connection; closes the socket if that fails. */
    private void identify(Socket socket) {
        try {
            TcpConnection connection = new TcpConnectionNonBlocking(socket, this, MAX_QUEUED_PACKETS);
            addOrClose(connection);
            if (connection.isClosed()) {
                connection.close(); // again: ends a sender that was started after it was closed
            }
        } catch (Exception e) {
            log.trace("%s: rejected connection %s: %s", localAddress(), socket, e);
            Util.close(socket);
        } finally {
            pending.remove(socket);
        }
    }

    /**
     * Adds an accepted connection, or closes it if this manager has stopped or keeps its own connection to the peer.
     * {@link #stop} and {@link #retainAll} remove connections under the same lock, and close those that they find: one
     * that was added without the lock could be removed without being closed.
     */
    private void addOrClose(TcpConnection connection) throws Exception {
        lock.lock();
        try {
            if (running()) {
                addConnection(connection.peerAddress(), connection);
            } else {
                connection.close();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void stop() {
        super.stop();
        pending.close();
    }

    /** Also closes the listening socket of a manager that was never started. */
    @Override
    public void close() throws IOException {
        super.close();
        pending.close();
        srv_sock.close();
    }

    /**
     * Creates a connection; called under the lock.
     *
     * @throws SocketException if this manager has stopped; the connection would not be closed
     */
    @Override
    protected TcpConnection createConnection(Address peer) throws Exception {
        if (!running()) {
            throw new SocketException("not connected to " + peer + ": the connections of this node are closed");
        }
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

    /**
     * Replaces a connection and closes the previous one; called under the lock. Does not flush the previous one, which
     * has nothing to flush after a complete write, and would block during a write that does not return.
     */
    @Override
    public void replaceConnection(Address peer, Connection connection) {
        Connection previous = conns.put(peer, connection);
        Util.close(previous);
        if (previous instanceof AsyncConnection asyncConnection) {
            try {
                asyncConnection.transferQueue(connection);
            } catch (Exception e) {
                log.trace("%s: dropped packets queued for %s: %s", localAddress(), peer, e);
            }
        }
    }
}
