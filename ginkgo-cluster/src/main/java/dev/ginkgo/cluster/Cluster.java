package dev.ginkgo.cluster;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Service;
import dev.ginkgo.ServiceSelector;
import dev.ginkgo.Setting;
import dev.ginkgo.cluster.local.LocalCoordinator;
import dev.ginkgo.cluster.local.LocalGroup;
import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Leader;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.CoordinatorProvider;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that run one program together: who they are, and which one of them leads.
 *
 * <pre>{@code
 * final Cluster cluster = add("cluster", new Cluster());
 * …
 * cluster.ifLeading(lease -> hub.publish("/numbers", number, lease));
 * }</pre>
 *
 * <p>An engine does the work, chosen by the configuration; {@code local}, the default, is a cluster of this process
 * alone, which leads itself:
 *
 * <pre>{@code
 * [cluster]
 * identity = "10.0.0.2:4440"
 * join = ["10.0.0.1:4440"]
 * secret-file = "/etc/numbers/secret"
 * [cluster.coordinator]
 * engine = "mesh"
 * }</pre>
 *
 * <p>Leading is a {@link Lease}, which runs out by itself when the node is frozen or cut off. All methods may be
 * called from any thread; observers are told on tasks of this service, each by itself and in order, so that one that
 * blocks or throws affects no other. What an observer has not been told yet waits in memory.
 */
public final class Cluster extends Service {
    final Setting<Address> identity = setting("identity", Address.of("127.0.0.1:4440"))
            .restartRequired()
            .help("The address of this node in the cluster, and its name; no two nodes have the same");

    final Setting<List<Address>> join = list("join", Address.class)
            .restartRequired()
            .help("Where other nodes are: one that is up is enough; a host name stands for all its addresses");

    final Setting<Integer> expect = setting("expect", 0)
            .between(0, 1_000)
            .restartRequired()
            .help("How many nodes form the first cluster; 0: 1 if there is nobody to join, else 3");

    final Setting<Path> dataDir = setting("data-dir", Path.of(System.getProperty("java.io.tmpdir"), "ginkgo-" + user()))
            .restartRequired()
            .help("Where this node keeps its votes and the members; best on a disk that survives a reboot");

    final Setting<Secret> secret = setting("secret", Secret.of(""))
            .restartRequired()
            .help("What all nodes of the cluster know, and nobody else; better in a file, by secret-file");

    final Setting<Boolean> insecure = setting("insecure", false)
            .restartRequired()
            .help(
                    "Allows other machines to reach this node although there is no secret: the network is guarded otherwise");

    final Setting<PartitionPolicy> policy = setting("policy", PartitionPolicy.QUORUM)
            .restartRequired()
            .help("quorum: only a majority leads; available: each side of a partition does, so two may lead");

    final Setting<LeaseTiming> lease = setting(
                    "lease", new LeaseTiming(Duration.ofMillis(1_200), Duration.ofMillis(100)))
            .restartRequired()
            .help("How long the leader may act after a renewal, ttl less margin; the same on all nodes");

    final ServiceSelector<Coordinator> coordinator;

    private final ObservableValue<List<Member>> roster =
            new ObservableValue<>(List.of(), task -> spawn("roster-observer", task::run));
    private final Leadership leadership = new Leadership(task -> spawn("leadership-observer", task::run));
    private final ObservableValue<Optional<Leader>> currentLeader =
            new ObservableValue<>(Optional.empty(), task -> spawn("leader-observer", task::run));
    private final CoordinatorListener listener = new CoordinatorEvents();
    private final MembershipLogger membershipLogger = new MembershipLogger(log);
    private final Object selfLock = new Object();
    private @Nullable Member self; // guarded by advertising
    private volatile ClusterCredentials credentials = ClusterCredentials.none();

    /** A cluster by the engine that the configuration names. */
    public Cluster() {
        this(new LocalGroup());
    }

    /** The same, but by the engine {@code local} it is a node of that group: several nodes in one process. */
    public Cluster(LocalGroup group) {
        requireNonNull(group, "group is null");
        Map<String, Supplier<? extends Coordinator>> engines = new HashMap<>();
        engines.put("local", () -> new LocalCoordinator(group));
        ServiceLoader.load(CoordinatorProvider.class)
                .forEach(coordinatorProvider -> engines.put(coordinatorProvider.name(), coordinatorProvider::create));
        coordinator = select("coordinator", "local", engines);
        onRoster(membershipLogger::rosterChanged);
        onLeader(membershipLogger::leaderChanged);
        onLeadership(membershipLogger::leaseChanged);
    }

    @Override
    protected void onStart() throws Exception {
        credentials = ClusterCredentials.of(
                secret.get(), insecure.get()); // one for all, as it costs something to derive keys
        Coordinator engine = coordinator.get();
        Address address = identity.get();
        Member me = new Member(
                address.toString(),
                engine.prepare(nodeConfig()),
                address,
                Optional.empty(),
                Optional.empty(),
                version());
        synchronized (selfLock) {
            self = me;
        }
        membershipLogger.reset();
        roster.start(List.of(me));
        currentLeader.start(Optional.empty());
        leadership.start(lease.get(), time());
        spawn("lease", leadership::expireLeases);
        engine.join(me, listener);
    }

    @Override
    protected void onStop() throws Exception {
        try {
            coordinator.get().leave();
        } finally {
            leadership.stop();
            currentLeader.stop();
            roster.stop();
        }
    }

    // ---- the roster

    /** By what the nodes know each other, for what talks to other nodes by ways of its own. From the start on. */
    public ClusterCredentials credentials() {
        return credentials;
    }

    /** The address of this node, which is also its name. */
    public Address identity() {
        return identity.get();
    }

    /** The members as they are known here, this node included. Empty before the first start. */
    public List<Member> roster() {
        return roster.latest();
    }

    /**
     * Has {@code observer} told the whole roster now, and again after each change, in order. It may be added in a
     * constructor, for all runs, and is then told from the start of the cluster on; what is added by a run of another
     * service belongs into its {@code own(…)}.
     */
    public ObserverRegistration onRoster(Consumer<? super List<Member>> observer) {
        return roster.add(requireNonNull(observer, "observer is null"));
    }

    /** Shows the others where this node's hub talks with theirs. From {@code onStart} on; lasts for this run. */
    public void advertiseTransport(Address address) {
        advertise(member -> member.withTransport(address));
    }

    /** Shows the others where browsers reach this node. From {@code onStart} on; lasts for this run. */
    public void advertiseUrl(URI url) {
        advertise(member -> member.withUrl(url));
    }

    private void advertise(UnaryOperator<Member> change) {
        synchronized (selfLock) {
            Member changed = change.apply(requireNonNull(self, "the cluster has not been started yet"));
            self = changed;
            coordinator.get().update(changed);
        }
    }

    // ---- leadership

    /** Whether this node holds a valid lease at this moment. */
    public boolean isLeader() {
        return lease().isPresent();
    }

    /** The lease, if this node holds a valid one. */
    public Optional<Lease> lease() {
        return leadership.lease();
    }

    /**
     * Waits until this node leads. Best on a task: it parks, and an interrupt ends it. While the cluster restarts, it
     * goes on waiting.
     *
     * @return a lease that was valid a moment ago
     */
    public Lease awaitLeadership() throws InterruptedException {
        return leadership.await();
    }

    /**
     * Does something if this node leads, and nothing else. The action is run by the caller; it asks the lease again
     * before each act if it takes its time, or gives it to what it calls. A {@link LeaseExpiredException} for this lease
     * ends the action.
     *
     * @return whether the action was run to its end
     * @throws X what the action throws
     */
    public <X extends Exception> boolean ifLeading(LeaseAction<X> action) throws X {
        Optional<Lease> held = lease();
        if (held.isEmpty()) {
            return false;
        }
        try {
            action.run(held.get());
            return true;
        } catch (LeaseExpiredException e) {
            if (!e.lease().equals(held.get())) { // somebody else's
                throw e;
            }
            return false;
        }
    }

    /**
     * Has {@code observer} told whether this node leads: now, and again at each promotion, with the lease, and each
     * demotion, with nothing; each once and in order. A lease that runs out is told at latest when the last renewal
     * is a term old by the monotonic clock. See {@link #onRoster} for when it may be added.
     */
    public ObserverRegistration onLeadership(Consumer<? super Optional<Lease>> observer) {
        return leadership.observe(requireNonNull(observer, "observer is null"));
    }

    /**
     * Who leads, or led last, as far as this node has heard; empty before it has heard of anybody. By the policy {@link
     * PartitionPolicy#AVAILABLE} a node hears of nobody but itself.
     */
    public Optional<Leader> leader() {
        return currentLeader.latest();
    }

    /**
     * Has {@code observer} told who leads: now, and again with each new epoch that this node hears of, in order. See
     * {@link #onRoster} for when it may be added.
     */
    public ObserverRegistration onLeader(Consumer<? super Optional<Leader>> observer) {
        return currentLeader.add(requireNonNull(observer, "observer is null"));
    }

    private NodeConfig nodeConfig() {
        int nodes = expect.get() > 0 ? expect.get() : join.get().isEmpty() ? 1 : 3;
        return new NodeConfig(identity.get(), join.get(), nodes, dataDir.get(), credentials, policy.get());
    }

    private static String user() {
        return System.getProperty("user.name");
    }

    private static String version() {
        return Optional.ofNullable(Cluster.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    private final class CoordinatorEvents implements CoordinatorListener {
        @Override
        public LeaseTiming leaseTiming() {
            return lease.get();
        }

        @Override
        public void rosterChanged(List<Member> members) {
            roster.set(List.copyOf(members));
        }

        @Override
        public void leaderChanged(String name, Epoch epoch) {
            leadership.observeEpoch(epoch);
            currentLeader.update(last -> last.filter(known -> !known.epoch().isBefore(epoch)
                            && known.epoch().cluster().equals(epoch.cluster()))
                    .or(() -> Optional.of(new Leader(name, epoch))));
        }

        @Override
        public boolean leaseRenewed(Epoch epoch, DualTimestamp start) {
            return leadership.renewed(epoch, start);
        }

        @Override
        public void leaseEnded(Epoch epoch) {
            leadership.ended(epoch);
        }
    }
}
