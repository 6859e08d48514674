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
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jgroups.util.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Coordinator of the engine {@code mesh}: see {@link MeshEngine}. Runs two tasks: {@link MembershipLoop}, and either
 * {@link LeaderLeaseLoop} or {@link ViewCoordinatorLeaseLoop}, depending on the partition policy.
 */
final class MeshCoordinator extends Coordinator {
    private static final Duration RELEASE_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration REMOVAL_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(2);

    /** Several elections, also on a busy machine. */
    private static final Duration VOTER_CHANGE_TIMEOUT = Duration.ofSeconds(10);

    final Setting<String> bind;

    final Setting<Duration> failureTimeout = setting("silence", Duration.ofSeconds(2))
            .between(Duration.ofMillis(500), Duration.ofMinutes(1))
            .restartRequired()
            .help("Failure detection timeout: a node that sends nothing for this long is considered dead;"
                    + " a process that dies is detected immediately");

    final Setting<Integer> voterCount = setting("voters", 3)
            .between(1, 5)
            .restartRequired()
            .help("Number of nodes that vote in leader elections; further nodes are learners");

    final Setting<Duration> replaceAfter = setting("replace-after", Duration.ofMinutes(1))
            .between(Duration.ofSeconds(1), Duration.ofDays(7))
            .restartRequired()
            .help("A voter that is absent for this long is replaced if another node is available");

    final Setting<String> multicast = setting("multicast", "")
            .check(
                    text -> text.isEmpty() || isMulticastGroup(text),
                    "write a multicast group and a port: 239.192.44.40:4440")
            .restartRequired()
            .help("Multicast group for discovering nodes on the same network without cluster.join");

    private volatile @Nullable NodeConfig nodeConfig;
    private volatile @Nullable Supplier<SocketFactory> sockets;
    private volatile @Nullable DataDirectory dataDirectory;
    private volatile @Nullable MeshContext context;
    private volatile @Nullable MembershipLoop membership;
    private volatile @Nullable VoterReconfigurer voterReconfigurer;
    private volatile Optional<String> reportedHealth = Optional.empty();

    MeshCoordinator() {
        this("");
    }

    /**
     * @param defaultBind default of the setting {@code bind}
     */
    MeshCoordinator(String defaultBind) {
        bind = setting("bind", defaultBind)
                .check(
                        text -> text.isEmpty() || isAddress(text),
                        "write host:port, or leave it empty to use cluster.identity")
                .restartRequired()
                .help("Listen address, if it differs from cluster.identity: 0.0.0.0:4440 in a container");
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
            return false; // a host name, not an address literal
        }
    }

    private Address bindAddress(NodeConfig nodeConfig) {
        return bind.get().isEmpty() ? nodeConfig.identity() : Address.of(bind.get());
    }

    @Override
    public long prepare(NodeConfig newConfig) throws Exception {
        if (newConfig.identity().port() == 0) {
            throw new IllegalArgumentException("cluster.identity " + newConfig.identity()
                    + " has no port; other nodes connect to this address, so write host:port");
        }
        try (ServerSocket free = new ServerSocket()) {
            free.bind(bindAddress(newConfig).toSocketAddress());
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    "cannot listen on " + bindAddress(newConfig) + " for cluster connections: " + e.getMessage()
                            + "; set cluster.identity to a free address of this machine",
                    e);
        }
        if (!multicast.get().isEmpty() && newConfig.join().isEmpty() && newConfig.expectedNodes() == 1) {
            throw new IllegalArgumentException("with coordinator.mesh.multicast a node cannot detect whether it is the"
                    + " first one; set cluster.expect to the number of nodes that form the cluster, for example 3");
        }
        sockets = SocketSecurity.socketFactories(
                newConfig, bindAddress(newConfig), new LogRateLimiter(time()), this::spawn);
        DataDirectory opened = closeOnStop(DataDirectory.open(dataDirOf(newConfig), newConfig.identity()));
        log.info("the votes of this node are in {}", opened);
        nodeConfig = newConfig;
        dataDirectory = opened;
        return opened.nextIncarnation(now());
    }

    private Path dataDirOf(NodeConfig config) {
        if (config.dataDir().isEmpty()
                && !(config.identity().isLoopback() && bindAddress(config).isLoopback())) {
            throw new IllegalArgumentException("cluster.data-dir is not set; a node that other machines connect to must"
                    + " keep its votes, so set it to a directory on a disk that survives a reboot, for example"
                    + " /var/lib/gateway");
        }
        return config.dataDir()
                .orElseGet(() -> DataDirectory.defaultParent(
                        System.getenv(), Path.of(System.getProperty("user.home")), Path.of("")));
    }

    @Override
    public void join(Member self, CoordinatorListener coordinatorListener) throws Exception {
        NodeConfig config = requireNonNull(nodeConfig, "join was called before prepare");
        DataDirectory directory = requireNonNull(dataDirectory);
        StackConfig stackConfig = new StackConfig(
                bindAddress(config), failureTimeout.get(), requireNonNull(sockets), startMulticast(config));
        MeshContext newContext = new MeshContext(config, time(), self, new SynchronizedListener(coordinatorListener));
        ObservedLeases observedLeases = new ObservedLeases(time());
        VoterReconfigurer reconfigurer = new VoterReconfigurer(newContext, voterCount.get(), replaceAfter.get());
        MembershipLoop loop = new MembershipLoop(
                newContext,
                () -> new MeshSession(newContext, stackConfig, directory, observedLeases),
                reconfigurer,
                this::reportHealth);
        voterReconfigurer = reconfigurer;
        membership = loop;
        context = newContext;
        reportHealth(Optional.of("joining the other nodes"));
        spawn("membership", loop::run);
        spawn(
                "lease",
                config.policy() == PartitionPolicy.QUORUM
                        ? new LeaderLeaseLoop(newContext, observedLeases, loop::currentSession)::run
                        : new ViewCoordinatorLeaseLoop(newContext, loop::currentSession)::run);
    }

    /** Starts multicast discovery if it is configured; returns a supplier of the discovered addresses. */
    private Supplier<Collection<Address>> startMulticast(NodeConfig config) throws Exception {
        if (multicast.get().isEmpty()) {
            return List::of;
        }
        Address listenAddress = bindAddress(config);
        MulticastDiscovery discovery = closeOnStop(MulticastDiscovery.open(
                Address.of(multicast.get()),
                listenAddress.isWildcard() ? config.identity() : listenAddress,
                config.identity(),
                DiscoveryCodec.of(config.credentials().keys()),
                time()));
        spawn("discovery-receive", discovery::receive);
        every("discovery-announce", () -> MulticastDiscovery.ANNOUNCE_INTERVAL, discovery::announce);
        discovery.announce();
        return discovery::discovered;
    }

    private void reportHealth(Optional<String> problem) {
        if (!problem.equals(reportedHealth)) {
            reportedHealth = problem;
            problem.ifPresent(reason -> log.info("not ready: {}", reason));
            problem.ifPresentOrElse(this::degraded, this::ready);
        }
    }

    /** Returns the voters that this node knows; empty while it is not in the view. */
    @Override
    public List<String> voters() {
        MembershipLoop loop = membership;
        MeshSession meshSession = loop == null ? null : loop.currentSession();
        MeshRaft raft = meshSession == null ? null : meshSession.raft();
        return raft == null ? List.of() : raft.members();
    }

    @Override
    public void stepDown() {
        if (!leadingSession().hasOtherVoter()) {
            throw new IllegalStateException("no other voter is present, so that no node could take over; see \"ginkgo"
                    + " cluster\" for the voters, and start one");
        }
        requireNonNull(context).stepDown();
    }

    @Override
    public void removeVoter(String name) throws InterruptedException {
        leadingSession();
        CompletableFuture<Void> removal = requireNonNull(voterReconfigurer).remove(name);
        try {
            removal.get(REMOVAL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    requireNonNull(e.getCause(), "cause is null").getMessage(), e);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "the removal of " + name + " was not committed within " + REMOVAL_TIMEOUT.toSeconds()
                            + " s; see \"ginkgo cluster\" whether it is done by now",
                    e);
        } finally {
            removal.cancel(false); // if it has not started
        }
    }

    /** Returns the session, in which this node has to be the leader. */
    private MeshSession leadingSession() {
        NodeConfig config = nodeConfig;
        if (config == null) {
            throw new IllegalStateException("this node has not joined the cluster");
        }
        if (config.policy() != PartitionPolicy.QUORUM) {
            throw new UnsupportedOperationException(
                    "with cluster.policy = \"available\" there are no voters: the node that was there first leads");
        }
        MembershipLoop loop = membership;
        MeshSession meshSession = loop == null ? null : loop.currentSession();
        if (meshSession == null || !meshSession.isLeader()) {
            throw new IllegalStateException("this node, " + config.identity()
                    + ", is not the leader; repeat the command at the leader, which \"ginkgo cluster\" names");
        }
        return meshSession;
    }

    @Override
    public void update(Member self) {
        requireNonNull(context, "update was called before join").update(self);
    }

    @Override
    public void leave() throws InterruptedException {
        MeshContext current = context;
        if (current == null || current.isLeaving()) {
            return;
        }
        current.startLeaving();
        if (!current.awaitResigned(RELEASE_TIMEOUT)) {
            log.warn(
                    "the lease was not released within {} ms; the next leader waits until it expires",
                    RELEASE_TIMEOUT.toMillis());
            current.resign();
        }
        MembershipLoop loop = requireNonNull(membership);
        if (!loop.awaitLeft(LEAVE_TIMEOUT, VOTER_CHANGE_TIMEOUT)) {
            MeshSession meshSession = loop.currentSession();
            if (meshSession != null) {
                meshSession.end("this node stops, although the remaining voters are not a majority");
            }
            loop.awaitLeft(LEAVE_TIMEOUT);
        }
    }
}
