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
    private static final Duration TO_RELEASE = Duration.ofSeconds(1);
    private static final Duration TO_LEAVE = Duration.ofSeconds(2);

    final Setting<String> bind;

    final Setting<Duration> silence = setting("silence", Duration.ofSeconds(2))
            .between(Duration.ofMillis(500), Duration.ofMinutes(1))
            .fixed()
            .help("A node that says nothing for so long is taken for dead; a dead process is noticed at once");

    final Setting<Integer> voterCount =
            setting("voters", 3).between(1, 5).fixed().help("How many nodes elect the leader; the others learn");

    final Setting<Duration> replaceAfter = setting("replace-after", Duration.ofMinutes(1))
            .between(Duration.ofSeconds(1), Duration.ofDays(7))
            .fixed()
            .help("A voter that is not there for so long is replaced, if there is a node to take its place");

    final Setting<String> multicast = setting("multicast", "")
            .check(text -> text.isEmpty() || isGroup(text), "write a multicast group and a port: 239.192.44.40:4440")
            .fixed()
            .help("A multicast group where nodes of one network find each other without cluster.join");

    private volatile @Nullable NodeConfig site;
    private volatile @Nullable Supplier<SocketFactory> sockets;
    private volatile @Nullable DataDirectory folder;
    private volatile @Nullable MeshContext node;
    private volatile @Nullable MembershipLoop members;
    private volatile Optional<String> told = Optional.empty();

    MeshCoordinator() {
        this("");
    }

    /** Listens there if the configuration does not say otherwise. */
    MeshCoordinator(String bindByDefault) {
        bind = setting("bind", bindByDefault)
                .check(text -> text.isEmpty() || isAddress(text), "write host:port, or nothing for cluster.identity")
                .fixed()
                .help("Where this node listens, if it is not its identity: 0.0.0.0:4440 in a container");
    }

    private static boolean isAddress(String text) {
        try {
            return Address.of(text).port() > 0;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static boolean isGroup(String text) {
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
        if (!multicast.get().isEmpty() && newSite.join().isEmpty() && newSite.expect() == 1) {
            throw new IllegalArgumentException("with coordinator.mesh.multicast a node cannot know whether it is the"
                    + " first one: write in cluster.expect how many nodes form the first cluster, such as 3");
        }
        sockets = SocketSecurity.of(newSite, bindAddress(newSite), new LogRateLimiter(time()), this::spawn);
        DataDirectory opened = own(DataDirectory.open(newSite.dataDir(), newSite.identity()));
        site = newSite;
        folder = opened;
        return opened.nextIncarnation(now());
    }

    @Override
    public void join(Member self, CoordinatorListener seat) throws Exception {
        NodeConfig here = requireNonNull(site, "prepare comes first");
        DataDirectory itsFolder = requireNonNull(folder);
        StackConfig config = new StackConfig(bindAddress(here), silence.get(), requireNonNull(sockets), beacon(here));
        MeshContext fresh = new MeshContext(here, time(), self, new SynchronizedListener(seat));
        ObservedLeases receipts = new ObservedLeases(time());
        MembershipLoop itsMembers = new MembershipLoop(
                fresh,
                () -> new MeshSession(fresh, config, itsFolder, receipts),
                new VoterReconfigurer(fresh, voterCount.get(), replaceAfter.get()),
                this::health);
        members = itsMembers;
        node = fresh;
        health(Optional.of("joining the others"));
        spawn("members", itsMembers::run);
        spawn(
                "lease",
                here.policy() == PartitionPolicy.QUORUM
                        ? new LeaderLeaseLoop(fresh, receipts, itsMembers::present)::run
                        : new ViewCoordinatorLeaseLoop(fresh, itsMembers::view)::run);
    }

    /** Lights one, if there is to be one; where it has heard that others are. */
    private Supplier<Collection<Address>> beacon(NodeConfig here) throws Exception {
        if (multicast.get().isEmpty()) {
            return List::of;
        }
        Address at = bindAddress(here);
        MulticastDiscovery lit = own(MulticastDiscovery.open(
                Address.of(multicast.get()),
                at.isWildcard() ? here.identity() : at,
                here.identity(),
                DiscoveryCodec.of(here.trust().keys()),
                time()));
        spawn("beacon-ear", lit::listen);
        every("beacon", () -> MulticastDiscovery.PERIOD, lit::say);
        lit.say();
        return lit::heard;
    }

    private void health(Optional<String> ill) {
        if (!ill.equals(told)) {
            told = ill;
            ill.ifPresentOrElse(this::degraded, this::ready);
        }
    }

    /** The voters as this node knows them; none while it is not in the view. */
    List<String> voters() {
        MembershipLoop here = members;
        MeshSession stay = here == null ? null : here.present();
        MeshRaft raft = stay == null ? null : stay.raft();
        return raft == null ? List.of() : raft.members();
    }

    @Override
    public void update(Member self) {
        requireNonNull(node, "the cluster has not been joined").update(self);
    }

    @Override
    public void leave() throws InterruptedException {
        MeshContext here = node;
        if (here == null || here.isLeaving()) {
            return;
        }
        here.leave();
        if (!here.awaitResigned(TO_RELEASE)) {
            log.warn("the lease could not be released; the next leader waits until it has run out");
            here.resign();
        }
        MembershipLoop itsMembers = requireNonNull(members);
        if (!itsMembers.awaitLeft(TO_LEAVE)) {
            MeshSession stay = itsMembers.present();
            if (stay != null) {
                stay.end("it is stopped, although the others have no majority without it");
            }
            itsMembers.awaitLeft(TO_LEAVE);
        }
    }
}
