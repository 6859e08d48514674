package dev.ginkgo.hub.replication;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.model.Leader;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.metrics.PeerSummary;
import dev.ginkgo.hub.replication.broker.BrokerReplication;
import dev.ginkgo.hub.spi.Broker;
import dev.ginkgo.hub.spi.BrokerStats;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportStats.PeerStats;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.lifecycle.Lifecycle;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Replication between the store of this hub and those of the other nodes, through a {@link Transport} or a {@link Broker}. It
 * starts after that and stops before it.
 */
public final class Replication extends Service {
    /** Interval of checks; short compared with the time for which messages are held back. */
    static final Duration TICK = Duration.ofMillis(50);

    /** Time for the start: to connect to a broker, and to read its history. */
    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);

    private final Setting<Duration> transferTimeout = setting("take-over", Duration.ofSeconds(5))
            .between(Duration.ZERO, Duration.ofSeconds(6))
            .restartRequired()
            .help("How long the start waits until another node transfers its state; 0 disables it");

    private final Setting<Duration> historyTimeout = setting("history-timeout", Duration.ofSeconds(20))
            .between(Duration.ofSeconds(1), Duration.ofSeconds(50))
            .restartRequired()
            .help("How long the start waits for the history of the broker's streams");

    private final Setting<Duration> publishTimeout = setting("publish-timeout", Duration.ofSeconds(5))
            .between(Duration.ofMillis(100), Duration.ofMinutes(1))
            .help("How long a publish waits for the broker, before its outcome is reported as unknown");

    private final Cluster cluster;
    private final Supplier<? extends Service> engine;
    private final Supplier<ReplicationSink> sink;
    private final Supplier<EpochFence> epochFence;
    private final WaitQueue changes = new WaitQueue();

    private volatile @Nullable BrokerReplication brokerReplication;
    private volatile @Nullable ReplicationEngine replicationEngine; // of the latest run
    private Optional<String> reportedProblem = Optional.empty(); // used by one task

    /**
     * Creates the service.
     *
     * @param cluster provides the membership; started before this
     * @param engine carries the messages, a Transport or a Broker; started before this
     * @param sink receives the messages of other nodes
     * @param epochFence is notified of each leadership epoch
     */
    public Replication(
            Cluster cluster,
            Supplier<? extends Service> engine,
            Supplier<ReplicationSink> sink,
            Supplier<EpochFence> epochFence) {
        this.cluster = requireNonNull(cluster, "cluster is null; declare its field before the hub's");
        this.engine = engine;
        this.sink = sink;
        this.epochFence = epochFence;
        lifecycle(Lifecycle.standard().startTimeout(START_TIMEOUT));
    }

    /** Returns whether the engine is a broker. */
    public boolean hasBroker() {
        return engine.get() instanceof Broker;
    }

    /** Sets what replicates through the broker. Called before each start, if the engine is one. */
    public void setBrokerReplication(BrokerReplication newBrokerReplication) {
        brokerReplication = newBrokerReplication;
    }

    /** Returns how long a publish waits for the broker. */
    public Duration publishTimeout() {
        return publishTimeout.get();
    }

    /** Returns the number of other nodes in the membership. */
    public int otherNodes() {
        return Math.max(0, cluster.roster().size() - 1);
    }

    @Override
    protected void onStart() throws Exception {
        EpochFence fence = epochFence.get();
        ReplicationEngine active = createEngine();
        closeOnStop(active);
        closeOnStop(cluster.onLeader(leader -> leader.map(Leader::epoch).ifPresent(fence::observe)));
        active.open();
        replicationEngine = active;
        closeOnStop(cluster.onRoster(active::rosterChanged));
        active.awaitHistory();
        reportedProblem = Optional.empty();
        every(active.taskName(), () -> TICK, () -> {
            active.tick();
            reportProblem(active);
        });
    }

    private ReplicationEngine createEngine() {
        NodeIncarnation self = self();
        return engine.get() instanceof Broker broker
                ? new BrokerEngine(
                        broker,
                        self,
                        requireNonNull(brokerReplication, "setBrokerReplication has not been called"),
                        this::otherNodes,
                        historyTimeout.get(),
                        changes,
                        time())
                : new TransportEngine(
                        cluster, (Transport) engine.get(), self, sink.get(), transferTimeout.get(), changes, time());
    }

    /** Sets the state to degraded while the engine has a problem, and logs it. */
    private void reportProblem(ReplicationEngine active) {
        Optional<String> problem = active.problem();
        if (!problem.equals(reportedProblem)) {
            reportedProblem = problem;
            active.logProblem(problem);
            problem.ifPresentOrElse(this::degraded, this::ready);
        }
    }

    /**
     * Returns this node in its current incarnation, according to the membership. If only the hub restarts and the
     * cluster keeps running, the incarnation stays the same and sequence numbers continue; otherwise peers would take
     * new messages for duplicates.
     */
    public NodeIncarnation self() {
        String name = cluster.identity().toString();
        return cluster.roster().stream()
                .filter(member -> member.name().equals(name))
                .map(member -> new NodeIncarnation(name, member.incarnation()))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("the cluster has not been started; add it before the hub"));
    }

    /**
     * Sends a message of this node to all peers. Called in order of publishing, by one thread at a time; the caller may
     * hold the store's lock.
     *
     * @return the number of peers that apply the message; 0 if this service is not running, or if the transport
     *     fails: the message is published in any case, and peers request it when they detect that it is missing
     */
    public int send(Envelope message) {
        ReplicationEngine active = replicationEngine;
        return active == null ? 0 : active.send(message);
    }

    /**
     * Waits until every hub in the membership receives the messages of this node.
     *
     * @return whether that is the case; false if the time has elapsed or this service stops
     */
    public boolean awaitPeers(Duration atMost) throws InterruptedException {
        Boolean complete = changes.await(
                () -> {
                    ReplicationEngine active = replicationEngine;
                    return active == null ? Boolean.FALSE : active.hasPeers();
                },
                time(),
                WaitQueue.deadlineAfter(time(), atMost));
        return Boolean.TRUE.equals(complete);
    }

    /**
     * Returns a summary of the peers.
     *
     * @param fencedByStore the number of messages rejected by the epoch fence of the store
     */
    public PeerSummary peers(long fencedByStore) {
        ReplicationEngine active = replicationEngine;
        return active == null ? new PeerSummary(0, fencedByStore, 0, 0) : active.peers(fencedByStore);
    }

    /** Returns the statistics of the links to the peers; empty if this service is not running. */
    public List<PeerStats> links() {
        ReplicationEngine active = replicationEngine;
        return active == null ? List.of() : active.links();
    }

    /** Returns the statistics of the broker; empty if there is none, or this service is not running. */
    public Optional<BrokerStats> broker() {
        ReplicationEngine active = replicationEngine;
        return active == null ? Optional.empty() : active.broker();
    }
}
