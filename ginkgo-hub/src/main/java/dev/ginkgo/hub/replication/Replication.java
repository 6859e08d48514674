package dev.ginkgo.hub.replication;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.model.Leader;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.config.Address;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.metrics.PeerSummary;
import dev.ginkgo.hub.position.OriginId;
import dev.ginkgo.hub.replication.broker.BrokerReplication;
import dev.ginkgo.hub.spi.Broker;
import dev.ginkgo.hub.spi.BrokerStats;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportStats.PeerStats;
import dev.ginkgo.internal.concurrent.LogRateLimiter;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.lifecycle.Lifecycle;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Replication between the store of this hub and those of the other nodes. It starts after its engine and stops before it.
 * Through a {@link Transport}, messages published here are sent to the peers in the membership, and messages of peers are
 * passed to the {@link ReplicationSink}. Through a {@link Broker}, a {@link BrokerReplication} publishes and reads.
 */
public final class Replication extends Service {
    /** Interval of checks; short compared with the time for which messages are held back. */
    private static final Duration TICK = Duration.ofMillis(50);

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

    private volatile @Nullable Replicator replicator;
    private volatile @Nullable BrokerReplication brokerReplication;
    private volatile Set<NodeIncarnation> expected = Set.of();
    private Optional<String> reportedDiscard = Optional.empty(); // used by one task
    private Optional<String> reportedProblem = Optional.empty(); // used by one task
    // of the current run: a thread of an earlier one may still be sending
    private volatile AtomicReference<@Nullable Throwable> sendFailure = new AtomicReference<>();

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
        if (engine.get() instanceof Broker broker) {
            start(broker, requireNonNull(brokerReplication, "setBrokerReplication has not been called"));
        } else {
            start((Transport) engine.get());
        }
    }

    private void start(Broker broker, BrokerReplication active) throws Exception {
        EpochFence fence = epochFence.get();
        closeOnStop(cluster.onLeader(leader -> leader.map(Leader::epoch).ifPresent(fence::observe)));
        closeOnStop(active);
        active.open(broker, self(), this::wake);
        Duration timeout = historyTimeout.get();
        if (changes.await(() -> active.isLoaded() ? true : null, time(), WaitQueue.deadlineAfter(time(), timeout))
                == null) {
            throw new IllegalStateException("could not read the history of the broker within history-timeout = "
                    + timeout.toSeconds() + " s (" + active.progress()
                    + "); raise it, or lower history.age or store.budget of the hub");
        }
        active.start();
        reportedProblem = Optional.empty();
        every("publish-timeouts", () -> TICK, () -> {
            active.expire();
            reportConnection(active.problem());
        });
    }

    /** Sets the state to degraded while the broker cannot be used, and logs why. */
    private void reportConnection(Optional<String> problem) {
        if (!problem.equals(reportedProblem)) {
            reportedProblem = problem;
            problem.ifPresentOrElse(
                    reason -> {
                        log.warn("{}; publishing is rejected, and subscribers receive nothing new", reason);
                        degraded(reason);
                    },
                    () -> {
                        log.info("connected to the broker again");
                        ready();
                    });
        }
    }

    private void start(Transport activeTransport) throws Exception {
        EpochFence fence = epochFence.get();
        NodeIncarnation self = self();
        Replicator.PeerRequests peerRequests =
                new Replicator.PeerRequests(activeTransport::requestRange, activeTransport::requestSnapshot);
        Replicator replicator = new Replicator(self, sink.get(), peerRequests, this::wake, time());
        activeTransport.credentials(cluster.credentials());
        Address address = activeTransport.open(self, replicator);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        this.sendFailure = failure;
        this.replicator = replicator;
        closeOnStop(cluster.onLeader(leader -> leader.map(Leader::epoch).ifPresent(fence::observe)));
        closeOnStop(cluster.onRoster(members -> rosterChanged(self, members, activeTransport, replicator)));
        cluster.advertiseTransport(address);
        awaitStateTransfer(self, replicator);
        Optional<String> discarded = replicator.discardedBy();
        if (discarded.isPresent()) {
            throw new IllegalStateException(discarded.get());
        }
        LogRateLimiter rateLimiter = new LogRateLimiter(time());
        every("retransmission", () -> TICK, () -> {
            replicator.tick();
            logSendFailure(failure.getAndSet(null), rateLimiter);
            reportIncarnation(replicator);
        });
    }

    /**
     * Waits until the state transfer is complete, before there are subscribers or publishers. The wait is bounded, and
     * ends at once if there is no peer with a state to transfer. A transfer that has begun may take longer than one that has
     * not.
     */
    private void awaitStateTransfer(NodeIncarnation self, Replicator replicator) throws InterruptedException {
        long startedAt = time().nanos();
        Duration timeout = transferTimeout.get();
        if (timeout.isZero()) {
            replicator.start();
        }
        while (!replicator.isComplete()) {
            Duration elapsed = Duration.ofNanos(time().nanos() - startedAt);
            boolean membershipComplete = cluster.status().ready(); // read before the membership, which is then complete
            Set<NodeIncarnation> others = others(self, cluster.roster());
            boolean nothingToTransfer = membershipComplete && replicator.hasNothingToTransfer(others);
            if (nothingToTransfer || elapsed.compareTo(replicator.transferLimit(timeout, others.isEmpty())) >= 0) {
                if (!nothingToTransfer && !others.isEmpty()) {
                    log.warn(
                            "no node has transferred its messages within {} ms; if they arrive later, subscribers receive"
                                    + " them as new messages",
                            elapsed.toMillis());
                }
                replicator.start();
                return;
            }
            sleep(TICK);
            replicator.tick();
        }
    }

    /** Sets the state to degraded while peers discard the messages of this node, and logs why. */
    private void reportIncarnation(Replicator replicator) {
        Optional<String> discarded = replicator.discardedBy();
        if (!discarded.equals(reportedDiscard)) {
            reportedDiscard = discarded;
            discarded.ifPresentOrElse(
                    reason -> {
                        log.error("{}", reason);
                        degraded(reason);
                    },
                    this::ready);
        }
    }

    @Override
    protected void onStop() {
        replicator = null;
        reportedDiscard = Optional.empty();
        expected = Set.of();
        wake();
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

    private void rosterChanged(
            NodeIncarnation self, List<Member> members, Transport activeTransport, Replicator replicator) {
        Set<Peer> peers = peers(self, members);
        Set<NodeIncarnation> others = new HashSet<>();
        peers.forEach(peer -> others.add(peer.origin()));
        expected = others;
        replicator.expect(others);
        activeTransport.setPeers(peers);
        wake();
    }

    /** Returns the other members whose hub can be reached. */
    private static Set<NodeIncarnation> others(NodeIncarnation self, List<Member> members) {
        return members.stream()
                .filter(member ->
                        member.transport().isPresent() && !member.name().equals(self.name()))
                .map(member -> new NodeIncarnation(member.name(), member.incarnation()))
                .collect(Collectors.toSet());
    }

    private Set<Peer> peers(NodeIncarnation self, List<Member> members) {
        Set<Peer> peers = new HashSet<>();
        Map<Long, String> numbers = new HashMap<>(Map.of(OriginId.of(self.name()), self.name()));
        for (Member member : members) {
            String same = numbers.putIfAbsent(OriginId.of(member.name()), member.name());
            if (same != null && !same.equals(member.name())) {
                log.error(
                        "the nodes {} and {} have the same number in message ids, so this node receives no messages"
                                + " of {}; give one of them another identity",
                        same,
                        member.name(),
                        member.name());
            } else if (!member.name().equals(self.name())) {
                NodeIncarnation origin = new NodeIncarnation(member.name(), member.incarnation());
                member.transport().ifPresent(address -> peers.add(new Peer(origin, address)));
            }
        }
        return peers;
    }

    /**
     * Sends a message of this node to all peers. Called in order of publishing, by one thread at a time; the caller may
     * hold the store's lock.
     *
     * @return the number of peers that apply the message; 0 if this service is not running, or if the transport
     *     fails: the message is published in any case, and peers request it when they detect that it is missing
     */
    public int send(Envelope message) {
        AtomicReference<@Nullable Throwable> failure = sendFailure; // read before the replicator, which is set after it
        Replicator current = replicator;
        if (current == null) {
            return 0;
        }
        try {
            int sent = ((Transport) engine.get()).send(message);
            return Math.max(0, sent - current.discardingPeers());
        } catch (RuntimeException | Error e) {
            failure.set(e); // logged by the task, not under the caller's lock
            return 0;
        }
    }

    private void logSendFailure(@Nullable Throwable failure, LogRateLimiter rateLimiter) {
        if (failure != null && rateLimiter.countEvent() > 0) {
            log.error("the transport failed to send a message to the peers; they must request it", failure);
        }
    }

    /**
     * Waits until every hub in the membership receives the messages of this node.
     *
     * @return whether that is the case; false if the time has elapsed or this service stops
     */
    public boolean awaitPeers(Duration atMost) throws InterruptedException {
        Boolean complete = changes.await(this::hasPeers, time(), WaitQueue.deadlineAfter(time(), atMost));
        return Boolean.TRUE.equals(complete);
    }

    /** Returns whether all peers are ready; null while some are not. Through a broker, all are while it is connected. */
    private @Nullable Boolean hasPeers() {
        BrokerReplication brokered = brokerReplication;
        if (brokered != null) {
            boolean connected = brokered.isOpen() && brokered.problem().isEmpty();
            return connected ? true : null;
        }
        Replicator current = replicator;
        if (current == null) {
            return false;
        }
        boolean complete = current.isComplete() && current.readyPeers().containsAll(expected);
        return complete ? true : null;
    }

    /**
     * Returns a summary of the peers.
     *
     * @param fencedByStore the number of messages rejected by the epoch fence of the store
     */
    public PeerSummary peers(long fencedByStore) {
        BrokerReplication brokered = brokerReplication;
        long fenced = fencedByStore + (brokered == null ? 0 : brokered.fenced());
        Optional<BrokerStats> broker = broker();
        if (broker.isPresent()) {
            BrokerStats stats = broker.get();
            int ready = stats.connected() ? otherNodes() : 0;
            return new PeerSummary(ready, fenced, stats.failed(), stats.pendingBytes());
        }
        Replicator current = replicator;
        if (current == null) {
            return new PeerSummary(0, fenced, 0, 0);
        }
        List<PeerStats> sent = ((Transport) engine.get()).stats().peers();
        return new PeerSummary(
                current.readyPeers().size(),
                fenced,
                sent.stream().mapToLong(PeerStats::dropped).sum(),
                sent.stream().mapToLong(PeerStats::queued).sum());
    }

    /** Returns the statistics of the links to the peers; empty if this service is not running. */
    public List<PeerStats> links() {
        return replicator == null
                ? List.of()
                : ((Transport) engine.get()).stats().peers();
    }

    /** Returns the statistics of the broker; empty if there is none, or this service is not running. */
    public Optional<BrokerStats> broker() {
        BrokerReplication brokered = brokerReplication;
        return brokered != null && brokered.isOpen() && engine.get() instanceof Broker broker
                ? Optional.of(broker.stats())
                : Optional.empty();
    }

    private void wake() {
        changes.signal();
    }
}
