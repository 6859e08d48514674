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
    private static final int ANSWER_MILLIS = (int) Duration.ofSeconds(2).toMillis();

    /** For a handshake on a network of which nobody has pulled a cable. */
    private static final long PROMPT_NANOS = Duration.ofMillis(100).toNanos();

    private final ConnectionManager switchboard;
    private final long since;
    private volatile boolean dialing = true;
    private volatile boolean heard;

    /**
     * @param queue how many packets may wait
     */
    AsyncConnection(Address peer, ConnectionManager switchboard, int queue) throws Exception {
        super(peer, switchboard, queue);
        this.switchboard = switchboard;
        since = switchboard.time().nanos();
    }

    /** Nothing yet. */
    @Override
    public void connect(Address peer) {}

    @Override
    public void start() {
        switchboard.threads().newThread(this::dial, "call-" + peerAddress()).start();
    }

    @Override
    public boolean isConnectionPending() {
        return dialing;
    }

    /** Whether nobody has answered, for longer than it should take. */
    boolean isStuck() {
        return dialing && switchboard.time().nanos() - since > PROMPT_NANOS;
    }

    /** Whether the other node has ever said anything here. If not, its end says nothing about the node. */
    boolean hasHeard() {
        return heard;
    }

    /** Called for each message that comes in. */
    @Override
    protected void updateLastAccessed() {
        heard = true;
        super.updateLastAccessed();
    }

    private void dial() {
        try {
            int patience = sock.getSoTimeout();
            sock.setSoTimeout(ANSWER_MILLIS);
            connect(peerAddress(), switchboard.usePeerConnections());
            sock.setSoTimeout(patience);
            super.start();
        } catch (Exception e) {
            switchboard.log().trace("%s does not answer: %s", peerAddress(), e);
            switchboard.closeConnection(this, false);
        } finally {
            dialing = false;
        }
    }

    /** Another connection to the same node has come to be: what waits for this one goes there. */
    void handOver(Connection other) throws Exception {
        List<ByteArray> waiting = new ArrayList<>();
        queue.drainTo(waiting);
        for (ByteArray each : waiting) {
            other.send(each.getArray(), each.getOffset(), each.getLength());
        }
    }
}
