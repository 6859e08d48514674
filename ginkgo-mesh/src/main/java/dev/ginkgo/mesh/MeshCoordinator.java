package dev.ginkgo.mesh;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Setting;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Address;
import dev.ginkgo.internal.concurrent.LogRateLimiter;
import dev.ginkgo.mesh.discovery.DiscoveryCodec;
import dev.ginkgo.mesh.discovery.MulticastDiscovery;
import dev.ginkgo.mesh.membership.MembershipLoop;
import dev.ginkgo.mesh.membership.MeshSession;
import dev.ginkgo.mesh.membership.StackConfig;
import dev.ginkgo.mesh.membership.ViewCoordinatorLeaseLoop;
import dev.ginkgo.mesh.net.SocketSecurity;
import dev.ginkgo.mesh.node.MeshContext;
import dev.ginkgo.mesh.raft.LeaderLeaseLoop;
import dev.ginkgo.mesh.raft.MeshRaft;
import dev.ginkgo.mesh.raft.ObservedLeases;
import dev.ginkgo.mesh.raft.VoterReconfigurer;
import dev.ginkgo.mesh.raft.storage.DataDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jgroups.util.SocketFactory;
import org.jspecify.annotations.Nullable;

/** The engine {@code mesh}: see {@link MeshEngine}. Its tasks are {@link MembershipLoop} and {@link LeaderLeaseLoop}. */
final class MeshCoordinator extends Coordinator {
    private static final Duration RELEASE_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(2);

    final Setting<String> bind;

    final Setting<Duration> failureTimeout = setting("silence", Duration.ofSeconds(2))
            .between(Duration.ofMillis(500), Duration.ofMinutes(1))
            .restartRequired()
            .help("A node that says nothing for so long is taken for dead; a dead process is noticed at once");

    final Setting<Integer> voterCount = setting("voters", 3)
            .between(1, 5)
            .restartRequired()
            .help("How many nodes elect the leader; the others learn");

    final Setting<Duration> replaceAfter = setting("replace-after", Duration.ofMinutes(1))
            .between(Duration.ofSeconds(1), Duration.ofDays(7))
            .restartRequired()
            .help("A voter that is not there for so long is replaced, if there is a node to take its place");

    final Setting<String> multicast = setting("multicast", "")
            .check(
                    text -> text.isEmpty() || isMulticastGroup(text),
                    "write a multicast group and a port: 239.192.44.40:4440")
            .restartRequired()
            .help("A multicast group where nodes of one network find each other without cluster.join");

    private volatile @Nullable NodeConfig nodeConfig;
    private volatile @Nullable Supplier<SocketFactory> sockets;
    private volatile @Nullable DataDirectory dataDirectory;
    private volatile @Nullable MeshContext context;
    private volatile @Nullable MembershipLoop membership;
    private volatile Optional<String> reportedHealth = Optional.empty();

    MeshCoordinator() {
        this("");
    }

    /** Listens there if the configuration does not say otherwise. */
    MeshCoordinator(String bindByDefault) {
        bind = setting("bind", bindByDefault)
                .check(text -> text.isEmpty() || isAddress(text), "write host:port, or nothing for cluster.identity")
                .restartRequired()
                .help("Where this node listens, if it is not its identity: 0.0.0.0:4440 in a container");
    }

    private static boolean isAddress(String text) {
        try {
            return Address.of(text).port() > 0;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static boolean isMulticastGroup(String text) {
        try {
            return isAddress(text)
                    && InetAddress.ofLiteral(Address.of(text).host()).isMulticastAddress();
        } catch (IllegalArgumentException _) {
            return false; // a name
        }
    }

    private Address bindAddress(NodeConfig ofSite) {
        return bind.get().isEmpty() ? ofSite.identity() : Address.of(bind.get());
    }

    @Override
    public long prepare(NodeConfig newSite) throws Exception {
        if (newSite.identity().port() == 0) {
            throw new IllegalArgumentException("cluster.identity " + newSite.identity()
                    + " has no port; it is the name by which the others find this node");
        }
        try (ServerSocket free = new ServerSocket()) {
            free.bind(bindAddress(newSite).toSocketAddress());
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    "cannot listen on " + bindAddress(newSite) + " for the other nodes: " + e.getMessage()
                            + "; set cluster.identity to an address of this machine that is free",
                    e);
        }
        if (!multicast.get().isEmpty() && newSite.join().isEmpty() && newSite.expectedNodes() == 1) {
            throw new IllegalArgumentException("with coordinator.mesh.multicast a node cannot know whether it is the"
                    + " first one: write in cluster.expect how many nodes form the first cluster, such as 3");
        }
        sockets =
                SocketSecurity.socketFactories(newSite, bindAddress(newSite), new LogRateLimiter(time()), this::spawn);
        DataDirectory opened = closeOnStop(DataDirectory.open(newSite.dataDir(), newSite.identity()));
        nodeConfig = newSite;
        dataDirectory = opened;
        return opened.nextIncarnation(now());
    }

    @Override
    public void join(Member self, CoordinatorListener coordinatorListener) throws Exception {
        NodeConfig here = requireNonNull(nodeConfig, "prepare comes first");
        DataDirectory itsFolder = requireNonNull(dataDirectory);
        StackConfig config =
                new StackConfig(bindAddress(here), failureTimeout.get(), requireNonNull(sockets), startMulticast(here));
        MeshContext fresh = new MeshContext(here, time(), self, new SynchronizedListener(coordinatorListener));
        ObservedLeases observedLeases = new ObservedLeases(time());
        MembershipLoop itsMembers = new MembershipLoop(
                fresh,
                () -> new MeshSession(fresh, config, itsFolder, observedLeases),
                new VoterReconfigurer(fresh, voterCount.get(), replaceAfter.get()),
                this::reportHealth);
        membership = itsMembers;
        context = fresh;
        reportHealth(Optional.of("joining the others"));
        spawn("members", itsMembers::run);
        spawn(
                "lease",
                here.policy() == PartitionPolicy.QUORUM
                        ? new LeaderLeaseLoop(fresh, observedLeases, itsMembers::currentSession)::run
                        : new ViewCoordinatorLeaseLoop(fresh, itsMembers::currentView)::run);
    }

    /** Lights one, if there is to be one; where it has heard that others are. */
    private Supplier<Collection<Address>> startMulticast(NodeConfig here) throws Exception {
        if (multicast.get().isEmpty()) {
            return List::of;
        }
        Address at = bindAddress(here);
        MulticastDiscovery lit = closeOnStop(MulticastDiscovery.open(
                Address.of(multicast.get()),
                at.isWildcard() ? here.identity() : at,
                here.identity(),
                DiscoveryCodec.of(here.credentials().keys()),
                time()));
        spawn("beacon-ear", lit::receive);
        every("beacon", () -> MulticastDiscovery.ANNOUNCE_INTERVAL, lit::announce);
        lit.announce();
        return lit::discovered;
    }

    private void reportHealth(Optional<String> ill) {
        if (!ill.equals(reportedHealth)) {
            reportedHealth = ill;
            ill.ifPresentOrElse(this::degraded, this::ready);
        }
    }

    /** The voters as this node knows them; none while it is not in the view. */
    List<String> voters() {
        MembershipLoop here = membership;
        MeshSession meshSession = here == null ? null : here.currentSession();
        MeshRaft raft = meshSession == null ? null : meshSession.raft();
        return raft == null ? List.of() : raft.members();
    }

    @Override
    public void update(Member self) {
        requireNonNull(context, "the cluster has not been joined").update(self);
    }

    @Override
    public void leave() throws InterruptedException {
        MeshContext here = context;
        if (here == null || here.isLeaving()) {
            return;
        }
        here.startLeaving();
        if (!here.awaitResigned(RELEASE_TIMEOUT)) {
            log.warn("the lease could not be released; the next leader waits until it has run out");
            here.resign();
        }
        MembershipLoop itsMembers = requireNonNull(membership);
        if (!itsMembers.awaitLeft(LEAVE_TIMEOUT)) {
            MeshSession meshSession = itsMembers.currentSession();
            if (meshSession != null) {
                meshSession.end("it is stopped, although the others have no majority without it");
            }
            itsMembers.awaitLeft(LEAVE_TIMEOUT);
        }
    }
}
