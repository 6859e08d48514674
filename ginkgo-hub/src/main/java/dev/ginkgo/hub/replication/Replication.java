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
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportStats.PeerStats;
import dev.ginkgo.internal.concurrent.WaitQueue;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Joins a hub's store with those of the other nodes: what is published here goes to the peers of the roster, what they
 * publish comes into the {@link ReplicationSink}. It starts after the transport, and stops before it.
 */
public final class Replication extends Service {
    /** Short beside the time for which a message may be held back. */
    private static final Duration TICK = Duration.ofMillis(50);

    /** How much longer the start waits if there is somebody who hands over. */
    private static final Duration TRANSFER_EXTENSION = Duration.ofSeconds(3);

    private final Setting<Duration> takeOver = setting("take-over", Duration.ofSeconds(5))
            .between(Duration.ZERO, Duration.ofSeconds(6))
            .restartRequired()
            .help("How long the start waits for another node, to take over its history; 0: not at all");

    private final Cluster cluster;
    private final Supplier<? extends Transport> transport;
    private final Supplier<ReplicationSink> sink;
    private final Supplier<EpochFence> epochFence;
    private final WaitQueue changes = new WaitQueue();

    private volatile @Nullable Replicator replicator;
    private volatile Set<NodeIncarnation> expected = Set.of();

    /**
     * Joins nothing yet.
     *
     * @param cluster says who the others are; started before this
     * @param transport carries the messages; started before this
     * @param ledger where they come in
     * @param fence told of each leadership
     */
    public Replication(
            Cluster cluster,
            Supplier<? extends Transport> transport,
            Supplier<ReplicationSink> ledger,
            Supplier<EpochFence> fence) {
        this.cluster = requireNonNull(cluster, "cluster is null: is its field declared further down?");
        this.transport = transport;
        this.sink = ledger;
        this.epochFence = fence;
    }

    @Override
    protected void onStart() throws Exception {
        Transport carrier = transport.get();
        EpochFence guard = epochFence.get();
        NodeIncarnation self = self();
        Replicator.PeerRequests ask = new Replicator.PeerRequests(carrier::requestRange, carrier::requestSnapshot);
        Replicator inbox = new Replicator(self, sink.get(), ask, this::wake, time());
        carrier.credentials(cluster.credentials());
        Address address = carrier.open(self, inbox);
        replicator = inbox;
        closeOnStop(cluster.onLeader(leader -> leader.map(Leader::epoch).ifPresent(guard::observe)));
        closeOnStop(cluster.onRoster(members -> rosterChanged(self, members, carrier, inbox)));
        cluster.advertiseTransport(address);
        takeOver(self, inbox);
        every("missing", () -> TICK, inbox::tick);
    }

    /**
     * Waits until what others hold is here, before anybody reads or publishes; not if there are none, and not for ever.
     */
    private void takeOver(NodeIncarnation self, Replicator inbox) throws InterruptedException {
        long began = time().nanos();
        Duration patience = takeOver.get();
        if (patience.isZero()) {
            inbox.start();
        }
        while (!inbox.isComplete()) {
            Duration past = Duration.ofNanos(time().nanos() - began);
            boolean all = cluster.status().ready(); // asked first: then the roster has everybody
            Set<NodeIncarnation> others = others(self, cluster.roster());
            boolean vain = all && inbox.hasNothingToTransfer(others);
            if (vain || past.compareTo(others.isEmpty() ? patience : patience.plus(TRANSFER_EXTENSION)) >= 0) {
                inbox.start();
                return;
            }
            sleep(TICK);
            inbox.tick();
        }
    }

    @Override
    protected void onStop() {
        replicator = null;
        expected = Set.of();
        wake();
    }

    /**
     * This node in its present life, as the roster shows it. A hub that restarts while its cluster runs on is in the
     * same life, and goes on counting; else its peers would take what is new for what they have had.
     */
    public NodeIncarnation self() {
        String name = cluster.identity().toString();
        return cluster.roster().stream()
                .filter(member -> member.name().equals(name))
                .map(member -> new NodeIncarnation(name, member.incarnation()))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("the cluster has not been started: add it before the hub"));
    }

    private void rosterChanged(NodeIncarnation self, List<Member> members, Transport carrier, Replicator inbox) {
        Set<Peer> peers = peers(self, members);
        Set<NodeIncarnation> others = new HashSet<>();
        peers.forEach(peer -> others.add(peer.origin()));
        expected = others;
        inbox.expect(others);
        carrier.setPeers(peers);
        wake();
    }

    /** Those of the roster whose hub can be reached. */
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
                        "the nodes {} and {} have the same number in the ids of messages, so this one hears nothing of"
                                + " {}; give one of them another identity",
                        same,
                        member.name(),
                        member.name());
            } else if (!member.name().equals(self.name())) {
                NodeIncarnation nodeIncarnation = new NodeIncarnation(member.name(), member.incarnation());
                member.transport().ifPresent(address -> peers.add(new Peer(nodeIncarnation, address)));
            }
        }
        return peers;
    }

    /**
     * Sends what this node has published, in its order, one at a time; the store's lock may be held.
     *
     * @return to how many peers it is on its way; none if this does not run
     */
    public int send(Envelope message) {
        return replicator == null ? 0 : transport.get().send(message);
    }

    /**
     * Waits until every hub of the roster hears this node.
     *
     * @return whether they do; false after that time, or if this stops
     */
    public boolean awaitPeers(Duration atMost) throws InterruptedException {
        Boolean complete = changes.await(this::hasPeers, time(), WaitQueue.deadlineAfter(time(), atMost));
        return Boolean.TRUE.equals(complete);
    }

    /** Whether they do; null while they may yet. */
    private @Nullable Boolean hasPeers() {
        Replicator present = replicator;
        if (present == null) {
            return false;
        }
        boolean complete = present.isComplete() && present.readyPeers().containsAll(expected);
        return complete ? true : null;
    }

    /** What there is to say of the others, with what the fence has kept out. */
    public PeerSummary peers(long fenced) {
        Replicator present = replicator;
        if (present == null) {
            return new PeerSummary(0, fenced, 0, 0);
        }
        List<PeerStats> sent = transport.get().stats().peers();
        return new PeerSummary(
                present.readyPeers().size(),
                fenced,
                sent.stream().mapToLong(PeerStats::dropped).sum(),
                sent.stream().mapToLong(PeerStats::queued).sum());
    }

    private void wake() {
        changes.signal();
    }
}
