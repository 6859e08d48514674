package dev.ginkgo.mesh.net;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jgroups.Address;
import org.jgroups.blocks.cs.Connection;
import org.jgroups.blocks.cs.TcpConnectionNonBlocking;
import org.jgroups.util.ByteArray;

/**
 * Connection that is established on its own thread. JGroups connects on the sending thread while it holds the lock that
 * every other connection and every new view needs: a peer that does not respond, because its cable is unplugged or its
 * process is suspended, would block traffic to all other peers until the leader's renewals are late. Here, packets are
 * queued while the connection is established. They are dropped if the queue is full or the attempt fails; JGroups
 * retransmits them.
 */
final class AsyncConnection extends TcpConnectionNonBlocking {
    /**
     * Read timeout during the handshake. The kernel of a suspended process still accepts connections, but the process
     * does not respond.
     */
    private static final int HANDSHAKE_TIMEOUT_MILLIS =
            (int) Duration.ofSeconds(2).toMillis();

    /** Sufficient for a handshake on a network without faults. */
    private static final long STUCK_AFTER_NANOS = Duration.ofMillis(100).toNanos();

    private final ConnectionManager manager;
    private final long createdAt;
    private volatile boolean connecting = true;
    private volatile boolean received;

    /**
     * @param queueCapacity maximum number of queued packets
     */
    AsyncConnection(Address peer, ConnectionManager connectionManager, int queueCapacity) throws Exception {
        super(peer, connectionManager, queueCapacity);
        this.manager = connectionManager;
        createdAt = connectionManager.time().nanos();
    }

    /** Does nothing: {@link #start} connects on another thread. */
    @Override
    public void connect(Address peer) {}

    @Override
    public void start() {
        manager.threads()
                .newThread(this::connectAndStart, "connect-" + peerAddress())
                .start();
    }

    @Override
    public boolean isConnectionPending() {
        return connecting;
    }

    /** Returns whether the connection attempt takes longer than expected. */
    boolean isStuck() {
        return connecting && manager.time().nanos() - createdAt > STUCK_AFTER_NANOS;
    }

    /**
     * Returns whether anything was ever received on this connection. If not, the end of the connection does not
     * indicate that the peer failed.
     */
    boolean hasReceived() {
        return received;
    }

    /** Called for each received message. */
    @Override
    protected void updateLastAccessed() {
        received = true;
        super.updateLastAccessed();
    }

    private void connectAndStart() {
        try {
            int readTimeoutMillis = sock.getSoTimeout();
            sock.setSoTimeout(HANDSHAKE_TIMEOUT_MILLIS);
            connect(peerAddress(), manager.usePeerConnections());
            sock.setSoTimeout(readTimeoutMillis);
            super.start();
            if (isClosed()) {
                close(); // again: ends a sender that was started after this connection was closed
            }
        } catch (Exception e) {
            manager.log().trace("cannot connect to %s: %s", peerAddress(), e);
            manager.closeConnection(this, false);
        } finally {
            connecting = false;
        }
    }

    /** Moves the queued packets to the connection that has replaced this one. */
    void transferQueue(Connection replacement) throws Exception {
        List<ByteArray> queued = new ArrayList<>();
        queue.drainTo(queued);
        for (ByteArray each : queued) {
            replacement.send(each.getArray(), each.getOffset(), each.getLength());
        }
    }
}
