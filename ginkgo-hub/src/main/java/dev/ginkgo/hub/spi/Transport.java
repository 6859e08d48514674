package dev.ginkgo.hub.spi;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.config.Address;
import java.time.Duration;
import java.util.Set;

/**
 * Carries what hubs publish from each node to every other. A transport is a service, the child of a hub, and is started
 * before {@link #open}. The promises that every transport keeps are tested by {@code TransportContract}:
 *
 * <ul>
 *   <li><b>Order.</b> What one node publishes reaches each other node in order, each message at most once.
 *   <li><b>Loss</b> is never hidden: a message carries its number, and a {@linkplain TransportListener#heartbeat beat} tells the last
 *       one within {@link #HEARTBEAT_INTERVAL}. What this node could not hand on is counted in {@link #stats}.
 *   <li><b>Patience.</b> Nobody who publishes waits for a peer. A peer that is frozen, slow or gone has a bounded queue
 *       of its own, and neither slows nor silences the others.
 *   <li><b>Readiness</b> means more than a connection: the peer has heard this node, and this node has heard that it
 *       did. What is published from then on gets there, or is told as lost.
 *   <li><b>Strangers.</b> What is said by nobody of {@link #setPeers} is dropped, counted, and logged once a while.
 * </ul>
 */
public abstract class Transport extends Service {
    /** The longest silence of a node that has nothing to say. */
    public static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(1);

    protected Transport() {}

    /**
     * By what the nodes of the cluster know each other. Called before each {@link #open}. A transport that others can
     * reach over a network hears nobody who does not know the secret, unless its own settings say otherwise. By default
     * it is not looked at.
     */
    public void credentials(ClusterCredentials clusterCredentials) {}

    /**
     * Begins. Called once in each run of this service, before all methods below; the end is the stop of this service,
     * after which the inbox is called no more.
     *
     * @return where the others reach this node
     * @throws Exception if it cannot work as it is configured; the start of the hub fails
     */
    public abstract Address open(NodeIncarnation self, TransportListener transportListener) throws Exception;

    /**
     * Says who the others are, all of them. Those that are new are connected to, those that are missing are let go of,
     * with all that waits for them; another life of a node is another peer. Any thread; does not wait.
     */
    public abstract void setPeers(Set<Peer> others);

    /**
     * Sends a message of this node to every peer. Called in the order of its sequence, by one thread at a time, perhaps
     * with a lock of the hub held: takes microseconds, waits for nobody and calls nobody back.
     *
     * @return how many peers it is on its way to
     */
    public abstract int send(Envelope message);

    /**
     * Asks a peer for a stretch; {@link TransportListener#rangeReceived} may follow. If the peer is not there or does not answer, nothing
     * follows. Any thread; does not wait.
     */
    public abstract void requestRange(NodeIncarnation peer, SequenceRange sequenceRange);

    /**
     * Asks a peer for all that it holds, from a place in its order on; {@link TransportListener#snapshots} may follow. Else like {@link
     * #requestRange}.
     */
    public abstract void requestSnapshot(NodeIncarnation peer, long after);

    /** The peers that hear this node. */
    public abstract Set<NodeIncarnation> readyPeers();

    /** What it has done since {@link #open}. */
    public abstract TransportStats stats();
}
