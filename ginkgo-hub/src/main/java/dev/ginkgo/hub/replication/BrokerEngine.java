package dev.ginkgo.hub.replication;

import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.hub.metrics.PeerSummary;
import dev.ginkgo.hub.replication.broker.BrokerReplication;
import dev.ginkgo.hub.spi.Broker;
import dev.ginkgo.hub.spi.BrokerStats;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.TransportStats.PeerStats;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replication through a broker, by a {@link BrokerReplication}. */
final class BrokerEngine implements ReplicationEngine {
    private static final Logger LOG = LoggerFactory.getLogger(Replication.class);

    private final Broker broker;
    private final NodeIncarnation self;
    private final BrokerReplication replication;
    private final IntSupplier otherNodes;
    private final Duration historyTimeout;
    private final WaitQueue changes;
    private final TimeSource timeSource;

    /**
     * @param otherNodes returns the number of other nodes in the membership
     * @param changes is signalled after each change of the state
     */
    BrokerEngine(
            Broker broker,
            NodeIncarnation self,
            BrokerReplication replication,
            IntSupplier otherNodes,
            Duration historyTimeout,
            WaitQueue changes,
            TimeSource timeSource) {
        this.broker = broker;
        this.self = self;
        this.replication = replication;
        this.otherNodes = otherNodes;
        this.historyTimeout = historyTimeout;
        this.changes = changes;
        this.timeSource = timeSource;
    }

    @Override
    public void open() throws Exception {
        replication.open(broker, self, changes::signal);
    }

    /** Does nothing: the hubs know only the broker. */
    @Override
    public void rosterChanged(List<Member> members) {}

    @Override
    public void awaitHistory() throws InterruptedException {
        Boolean loaded = changes.await(
                () -> replication.isLoaded() ? true : null,
                timeSource,
                WaitQueue.deadlineAfter(timeSource, historyTimeout));
        if (loaded == null) {
            throw new IllegalStateException("could not read the history of the broker within history-timeout = "
                    + historyTimeout.toSeconds() + " s (" + replication.progress()
                    + "); raise it, or lower history.age or store.budget of the hub");
        }
        replication.start();
    }

    @Override
    public String taskName() {
        return "publish-timeouts";
    }

    @Override
    public void tick() {
        replication.expire();
    }

    @Override
    public Optional<String> problem() {
        return replication.problem();
    }

    @Override
    public void logProblem(Optional<String> problem) {
        problem.ifPresentOrElse(
                reason -> LOG.warn("{}; publishing is rejected, and subscribers receive nothing new", reason),
                () -> LOG.info("connected to the broker again"));
    }

    /** Sends nothing: the store contains only what has been read from the broker. */
    @Override
    public int send(Envelope message) {
        return 0;
    }

    /** Through a broker, all peers are ready while this node is connected with it. */
    @Override
    public @Nullable Boolean hasPeers() {
        boolean connected = replication.isOpen() && problem().isEmpty();
        return connected ? true : null;
    }

    @Override
    public PeerSummary peers(long fencedByStore) {
        long fenced = fencedByStore + replication.fenced();
        return broker().map(stats -> new PeerSummary(
                        stats.connected() ? otherNodes.getAsInt() : 0, fenced, stats.failed(), stats.pendingBytes()))
                .orElse(new PeerSummary(0, fenced, 0, 0));
    }

    @Override
    public List<PeerStats> links() {
        return List.of();
    }

    @Override
    public Optional<BrokerStats> broker() {
        return replication.isOpen() ? Optional.of(broker.stats()) : Optional.empty();
    }

    @Override
    public void close() {
        replication.close();
        changes.signal();
    }
}
