package dev.ginkgo.hub.replication;

import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.hub.metrics.PeerSummary;
import dev.ginkgo.hub.spi.BrokerStats;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.TransportStats.PeerStats;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How this hub and the others exchange messages in one run of {@link Replication}: over links between them, or through a
 * broker. The methods that return something may be called by any thread; the others are called by the service.
 */
interface ReplicationEngine extends AutoCloseable {

    /** Connects this node, so that messages are received from then on. */
    void open() throws Exception;

    /** Processes the membership, first as it is, then after each change. One call at a time. */
    void rosterChanged(List<Member> members);

    /**
     * Waits until the store has the history, before there are subscribers or publishers. The wait is bounded.
     *
     * @throws IllegalStateException if the hub cannot start
     */
    void awaitHistory() throws InterruptedException;

    /** Returns the name of the task that calls {@link #tick}. */
    String taskName();

    /** Does what is due. Called repeatedly by one task. */
    void tick();

    /** Returns why this hub is degraded; empty if it is not. */
    Optional<String> problem();

    /** Logs a change of {@link #problem}. */
    void logProblem(Optional<String> problem);

    /**
     * Sends a message of this node to all peers, if that is how it reaches them; see {@link Replication#send}.
     *
     * @return the number of peers that apply the message
     */
    int send(Envelope message);

    /** Returns whether all peers receive the messages of this node; null while some do not, false if this engine is closed. */
    @Nullable
    Boolean hasPeers();

    /**
     * Returns a summary of the peers.
     *
     * @param fencedByStore the number of messages rejected by the epoch fence of the store
     */
    PeerSummary peers(long fencedByStore);

    /** Returns the statistics of the links to the peers; empty if there are none. */
    List<PeerStats> links();

    /** Returns the statistics of the broker; empty if there is none. */
    Optional<BrokerStats> broker();

    @Override
    void close();
}
