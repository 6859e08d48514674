package dev.ginkgo.hub.spi;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.config.Address;
import java.time.Duration;
import java.util.Set;

/**
 * Transport of messages between the hubs of a cluster. A transport is a service, a child of the hub, and is started
 * before {@link #open} is called. {@code TransportContract} tests the guarantees of every transport:
 *
 * <ul>
 * <li><b>Order.</b> Messages of one node arrive at each other node in order, each at most once.
 * <li><b>Detectable loss.</b> Every message carries its sequence number, and a {@linkplain TransportListener#heartbeat
 *     heartbeat} reports the last one within {@link #HEARTBEAT_INTERVAL}. Messages that this node could not send are
 *     counted in {@link #stats}.
 * <li><b>No blocking.</b> A publisher never waits for a peer. A peer that is frozen, slow or gone has its own bounded
 *     queue, and does not delay the others.
 * <li><b>Readiness</b> means more than a connection: the peer has received data from this node, and has confirmed it. A
 *     message published from then on is received by the peer or reported as lost.
 * <li><b>Unknown senders.</b> Input from a node that is not in {@link #setPeers} is dropped, counted, and logged at a
 *     limited rate.
 * </ul>
 */
public abstract class Transport extends Service {
    /** Maximum interval between heartbeats of a node that sends no messages. */
    public static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(1);

    /** Creates a transport that is not open. */
    protected Transport() {}

    /**
     * Sets the credentials shared by the nodes of the cluster. Called before each {@link #open}. A transport that is
     * reachable over a network rejects peers that do not have the shared secret, unless its own settings permit them.
     * The default implementation ignores the credentials.
     */
    public void credentials(ClusterCredentials clusterCredentials) {}

    /**
     * Starts the transport. Called once in each run of this service, before all methods below. It ends when this
     * service stops; the listener is not called after that.
     *
     * @return the address under which peers reach this node
     * @throws Exception if the transport cannot work as configured; the start of the hub then fails
     */
    public abstract Address open(NodeIncarnation self, TransportListener transportListener) throws Exception;

    /**
     * Sets all peers. New peers are connected, and missing ones are disconnected and their queues discarded; a
     * different incarnation of a node is a different peer. Any thread may call; does not block.
     */
    public abstract void setPeers(Set<Peer> others);

    /**
     * Sends a message of this node to every peer. Called in order of sequence numbers, by one thread at a time,
     * possibly with a lock of the hub held: it must return within microseconds, and must not block or call back.
     *
     * @return the number of peers to which the message is sent
     */
    public abstract int send(Envelope message);

    /**
     * Requests the retransmission of a range from a peer. The response is passed to {@link
     * TransportListener#rangeReceived}; there may be none, if the peer is unreachable or does not respond. Any thread
     * may call; does not block.
     */
    public abstract void requestRange(NodeIncarnation peer, SequenceRange sequenceRange);

    /**
     * Requests the next chunk of a snapshot from a peer, after an arrival number of that peer. The response is passed
     * to {@link TransportListener#snapshotReceived}; otherwise like {@link #requestRange}.
     */
    public abstract void requestSnapshot(NodeIncarnation peer, long after);

    /** Returns the peers that receive messages from this node. */
    public abstract Set<NodeIncarnation> readyPeers();

    /** Returns the statistics since {@link #open}. */
    public abstract TransportStats stats();
}
