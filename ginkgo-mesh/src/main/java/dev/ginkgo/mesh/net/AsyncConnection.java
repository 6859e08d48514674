package dev.ginkgo.mesh.net;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jgroups.Address;
import org.jgroups.blocks.cs.Connection;
import org.jgroups.blocks.cs.TcpConnectionNonBlocking;
import org.jgroups.util.ByteArray;

/**
 * A connection that is made by a thread of its own. JGroups makes one on the thread that sends, and holds meanwhile the
 * lock that every other connection and every new view needs: a node that does not answer, because its cable is pulled
 * or it is frozen, would keep the living waiting, until the leader's renewals came too late. Here what is to be sent
 * waits, or is dropped if it becomes too much or nobody answers; JGroups sends it again.
 */
final class AsyncConnection extends TcpConnectionNonBlocking {
    /** For each answer in a handshake: a node that is frozen takes the call, and says nothing. */
    private static final int HANDSHAKE_TIMEOUT_MILLIS =
            (int) Duration.ofSeconds(2).toMillis();

    /** For a handshake on a network of which nobody has pulled a cable. */
    private static final long STUCK_AFTER_NANOS = Duration.ofMillis(100).toNanos();

    private final ConnectionManager manager;
    private final long createdAt;
    private volatile boolean connecting = true;
    private volatile boolean received;

    /**
     * @param queue how many packets may wait
     */
    AsyncConnection(Address peer, ConnectionManager connectionManager, int queue) throws Exception {
        super(peer, connectionManager, queue);
        this.manager = connectionManager;
        createdAt = connectionManager.time().nanos();
    }

    /** Nothing yet. */
    @Override
    public void connect(Address peer) {}

    @Override
    public void start() {
        manager.threads()
                .newThread(this::connectAndStart, "call-" + peerAddress())
                .start();
    }

    @Override
    public boolean isConnectionPending() {
        return connecting;
    }

    /** Whether nobody has answered, for longer than it should take. */
    boolean isStuck() {
        return connecting && manager.time().nanos() - createdAt > STUCK_AFTER_NANOS;
    }

    /** Whether the other node has ever said anything here. If not, its end says nothing about the node. */
    boolean hasReceived() {
        return received;
    }

    /** Called for each message that comes in. */
    @Override
    protected void updateLastAccessed() {
        received = true;
        super.updateLastAccessed();
    }

    private void connectAndStart() {
        try {
            int patience = sock.getSoTimeout();
            sock.setSoTimeout(HANDSHAKE_TIMEOUT_MILLIS);
            connect(peerAddress(), manager.usePeerConnections());
            sock.setSoTimeout(patience);
            super.start();
        } catch (Exception e) {
            manager.log().trace("%s does not answer: %s", peerAddress(), e);
            manager.closeConnection(this, false);
        } finally {
            connecting = false;
        }
    }

    /** Another connection to the same node has come to be: what waits for this one goes there. */
    void transferQueue(Connection other) throws Exception {
        List<ByteArray> waiting = new ArrayList<>();
        queue.drainTo(waiting);
        for (ByteArray each : waiting) {
            other.send(each.getArray(), each.getOffset(), each.getLength());
        }
    }
}
