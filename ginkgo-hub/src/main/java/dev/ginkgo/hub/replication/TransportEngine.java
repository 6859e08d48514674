package dev.ginkgo.hub.replication;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.config.Address;
import dev.ginkgo.hub.metrics.PeerSummary;
import dev.ginkgo.hub.position.OriginId;
import dev.ginkgo.hub.spi.BrokerStats;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportStats.PeerStats;
import dev.ginkgo.internal.concurrent.LogRateLimiter;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replication over links to the peers in the membership: messages published here are sent to them, and their messages are
 * passed to the {@link ReplicationSink}.
 */
final class TransportEngine implements ReplicationEngine {
    private static final Logger LOG = LoggerFactory.getLogger(Replication.class);

    private final Cluster cluster;
    private final Transport transport;
    private final NodeIncarnation self;
    private final Replicator replicator;
    private final Duration transferTimeout;
    private final WaitQueue changes;
    private final TimeSource timeSource;
    private final AtomicReference<@Nullable Throwable> sendFailure = new AtomicReference<>();
    private final LogRateLimiter rateLimiter;
    private volatile @Nullable Address address;
    private volatile Set<NodeIncarnation> expected = Set.of();
    private volatile boolean open;

    /**
     * @param transferTimeout how long the start waits for the state of another node; 0 disables it
     * @param changes is signalled after each change of the state
     */
    TransportEngine(
            Cluster cluster,
            Transport transport,
            NodeIncarnation self,
            ReplicationSink sink,
            Duration transferTimeout,
            WaitQueue changes,
            TimeSource timeSource) {
        this.cluster = cluster;
        this.transport = transport;
        this.self = self;
        this.transferTimeout = transferTimeout;
        this.changes = changes;
        this.timeSource = timeSource;
        this.rateLimiter = new LogRateLimiter(timeSource);
        this.replicator = new Replicator(
                self,
                sink,
                new Replicator.PeerRequests(transport::requestRange, transport::requestSnapshot),
                changes::signal,
                timeSource);
    }

    @Override
    public void open() throws Exception {
        transport.credentials(cluster.credentials());
        address = transport.open(self, replicator);
        open = true;
    }

    @Override
    public void rosterChanged(List<Member> members) {
        Set<Peer> peers = peers(members);
        Set<NodeIncarnation> others = new HashSet<>();
        peers.forEach(peer -> others.add(peer.origin()));
        expected = others;
        replicator.expect(others);
        transport.setPeers(peers);
        changes.signal();
    }

    private Set<Peer> peers(List<Member> members) {
        Set<Peer> peers = new HashSet<>();
        Map<Long, String> numbers = new HashMap<>(Map.of(OriginId.of(self.name()), self.name()));
        for (Member member : members) {
            String same = numbers.putIfAbsent(OriginId.of(member.name()), member.name());
            if (same != null && !same.equals(member.name())) {
                LOG.error(
                        "the nodes {} and {} have the same number in message ids, so this node receives no messages"
                                + " of {}; give one of them another identity",
                        same,
                        member.name(),
                        member.name());
            } else if (!member.name().equals(self.name())) {
                NodeIncarnation origin = new NodeIncarnation(member.name(), member.incarnation());
                member.transport().ifPresent(peer -> peers.add(new Peer(origin, peer)));
            }
        }
        return peers;
    }

    /**
     * Announces the address of this node, and waits until the state transfer is complete. The wait ends at once if there is no
     * peer with a state to transfer.
     */
    @Override
    public void awaitHistory() throws InterruptedException {
        cluster.advertiseTransport(requireNonNull(address, "open has not been called"));
        awaitStateTransfer();
        replicator.discardedBy().ifPresent(reason -> {
            throw new IllegalStateException(reason);
        });
    }

    private void awaitStateTransfer() throws InterruptedException {
        long startedAt = timeSource.nanos();
        if (transferTimeout.isZero()) {
            replicator.start();
        }
        while (!replicator.isComplete()) {
            Duration elapsed = Duration.ofNanos(timeSource.nanos() - startedAt);
            boolean membershipComplete = cluster.status().ready(); // read before the membership, which is then complete
            Set<NodeIncarnation> others = others(cluster.roster());
            boolean nothingToTransfer = membershipComplete && replicator.hasNothingToTransfer(others);
            Duration limit = replicator.transferLimit(transferTimeout, others.isEmpty());
            if (nothingToTransfer || elapsed.compareTo(limit) >= 0) {
                if (!nothingToTransfer && !others.isEmpty()) {
                    LOG.warn(
                            "no node has transferred its messages within {} ms; if they arrive later, subscribers receive"
                                    + " them as new messages",
                            elapsed.toMillis());
                }
                replicator.start();
                return;
            }
            WaitQueue.sleep(timeSource, Replication.TICK);
            replicator.tick();
        }
    }

    /** Returns the other members whose hub can be reached. */
    private Set<NodeIncarnation> others(List<Member> members) {
        return members.stream()
                .filter(member ->
                        member.transport().isPresent() && !member.name().equals(self.name()))
                .map(member -> new NodeIncarnation(member.name(), member.incarnation()))
                .collect(Collectors.toSet());
    }

    @Override
    public String taskName() {
        return "retransmission";
    }

    @Override
    public void tick() {
        replicator.tick();
        Throwable failure = sendFailure.getAndSet(null);
        if (failure != null && rateLimiter.countEvent() > 0) {
            LOG.error("the transport failed to send a message to the peers; they must request it", failure);
        }
    }

    /** Returns why peers discard the messages of this node. */
    @Override
    public Optional<String> problem() {
        return replicator.discardedBy();
    }

    @Override
    public void logProblem(Optional<String> problem) {
        problem.ifPresent(reason -> LOG.error("{}", reason));
    }

    @Override
    public int send(Envelope message) {
        if (!open) {
            return 0;
        }
        try {
            return Math.max(0, transport.send(message) - replicator.discardingPeers());
        } catch (RuntimeException | Error e) {
            sendFailure.set(e); // logged by the task, not under the caller's lock
            return 0;
        }
    }

    @Override
    public @Nullable Boolean hasPeers() {
        if (!open) {
            return false;
        }
        boolean complete = replicator.isComplete() && replicator.readyPeers().containsAll(expected);
        return complete ? true : null;
    }

    @Override
    public PeerSummary peers(long fencedByStore) {
        if (!open) {
            return new PeerSummary(0, fencedByStore, 0, 0);
        }
        List<PeerStats> sent = transport.stats().peers();
        return new PeerSummary(
                replicator.readyPeers().size(),
                fencedByStore,
                sent.stream().mapToLong(PeerStats::dropped).sum(),
                sent.stream().mapToLong(PeerStats::queued).sum());
    }

    @Override
    public List<PeerStats> links() {
        return open ? transport.stats().peers() : List.of();
    }

    @Override
    public Optional<BrokerStats> broker() {
        return Optional.empty();
    }

    @Override
    public void close() {
        open = false;
        expected = Set.of();
        changes.signal();
    }
}
