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
 * Membership and leadership of the nodes that run one program together.
 *
 * <pre>{@code
 * final Cluster cluster = add("cluster", new Cluster());
 * …
 * cluster.ifLeading(lease -> hub.publish("/numbers", number, lease));
 * }</pre>
 *
 * <p>The work is done by a coordination engine that the configuration selects. The default, {@code local}, is a cluster
 * of this process only, which is its own leader. An example with another engine:
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
 * <p>A leader holds a {@link Lease}, which expires on its own if the node is frozen or cut off. All methods are
 * thread-safe. Observers are called on tasks of this service; each observer is called sequentially and in order, so an
 * observer that blocks or throws does not affect the others. Events not yet delivered to an observer are queued in
 * memory without a bound.
 */
public final class Cluster extends Service {
    final Setting<Address> identity = setting("identity", Address.of("127.0.0.1:4440"))
            .restartRequired()
            .help("The address of this node in the cluster, which is also its name; unique per node");

    final Setting<List<Address>> join = list("join", Address.class)
            .restartRequired()
            .help("Addresses of other nodes; one running node is enough; a host name means all its addresses");

    final Setting<Integer> expect = setting("expect", 0)
            .between(0, 1_000)
            .restartRequired()
            .help("How many nodes form a new cluster; 0 means 1 if join is empty, otherwise 3");

    final Setting<Optional<Path>> dataDir = optional("data-dir", Path.class)
            .restartRequired()
            .help("Where this node stores its votes and the members, on a disk that survives a reboot; required beyond"
                    + " loopback; default: a directory per working directory in $XDG_STATE_HOME/ginkgo");

    final Setting<Secret> secret = setting("secret", Secret.of(""))
            .restartRequired()
            .help("The secret shared by all nodes of the cluster; prefer a file, set with secret-file");

    final Setting<Boolean> insecure = setting("insecure", false)
            .restartRequired()
            .help("Allows other machines to connect without a secret; only for a network that is protected otherwise");

    final Setting<PartitionPolicy> policy = setting("policy", PartitionPolicy.QUORUM)
            .restartRequired()
            .help("quorum: only a majority has a leader; available: each side of a partition has one, so two may lead")
            .check((chosen, _) -> engineRules().problem(chosen));

    final Setting<LeaseTiming> lease = setting(
                    "lease", new LeaseTiming(Duration.ofMillis(1_200), Duration.ofMillis(100)))
            .restartRequired()
            .help("How long the leader may act after a renewal (ttl - margin); must be the same on all nodes")
            .check((timing, _) -> engineRules().problem(timing));

    final ServiceSelector<Coordinator> coordinator;

    private final ObservableValue<List<Member>> roster =
            new ObservableValue<>(List.of(), task -> spawn("roster-observer", task::run));
    private final Leadership leadership = new Leadership(task -> spawn("leadership-observer", task::run));
    private final ObservableValue<Optional<Leader>> currentLeader =
            new ObservableValue<>(Optional.empty(), task -> spawn("leader-observer", task::run));
    private final CoordinatorListener listener = new CoordinatorEvents();
    private final MembershipLogger membershipLogger = new MembershipLogger(log);
    private final Object selfLock = new Object();
    private @Nullable Member self; // guarded by selfLock
    private volatile ClusterCredentials credentials = ClusterCredentials.none();

    /** Creates a cluster that uses the engine selected by the configuration. */
    public Cluster() {
        this(new LocalGroup());
    }

    /**
     * Creates a cluster that joins {@code group} if the engine is {@code local}, so that one process can run several
     * nodes. With any other engine, the group is not used.
     */
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
                secret.get(), insecure.get()); // shared by all users, because key derivation is expensive
        Coordinator engine = coordinator.get();
        engineRules().warnOfUnused(join, expect, dataDir, log);
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

    // ---- membership

    /**
     * Returns the credentials shared by the nodes of the cluster, for services that open connections of their own to
     * other nodes. Before the first start the result is {@link
     * ClusterCredentials#none()}.
     */
    public ClusterCredentials credentials() {
        return credentials;
    }

    /** Returns the address of this node, which is also its name. */
    public Address identity() {
        return identity.get();
    }

    /** Returns the members known to this node, including this node. Empty before the first start. */
    public List<Member> roster() {
        return roster.latest();
    }

    /**
     * Returns the names of the members that vote in elections, as this node knows them; empty if the engine has no
     * voters, or does not know them yet. A voter may be absent from the roster. Empty before the first start.
     */
    public List<String> voters() {
        return roster().isEmpty() ? List.of() : coordinator.get().voters();
    }

    /**
     * Registers an observer of the membership. It is called with the complete roster now and after each change, in
     * order.
     *
     * <p>An observer that is registered in a constructor stays registered for all runs; its first call is made when the
     * cluster starts. A service that registers an observer during a run passes the registration to its {@code
     * closeOnStop(…)}.
     */
    public ObserverRegistration onRoster(Consumer<? super List<Member>> observer) {
        return roster.add(requireNonNull(observer, "observer is null"));
    }

    /**
     * Publishes in the roster the address at which this node's hub accepts connections from other hubs. May be called
     * once {@code onStart} has begun; valid for this run.
     *
     * @throws IllegalStateException if the cluster has not been started
     */
    public void advertiseTransport(Address address) {
        advertise(member -> member.withTransport(address));
    }

    /**
     * Publishes in the roster the URL at which browsers reach this node. May be called once {@code onStart} has begun;
     * valid for this run.
     *
     * @throws IllegalStateException if the cluster has not been started
     */
    public void advertiseUrl(URI url) {
        advertise(member -> member.withUrl(url));
    }

    private void advertise(UnaryOperator<Member> change) {
        synchronized (selfLock) {
            Member current = self;
            if (current == null) {
                throw new IllegalStateException("cannot advertise an address: " + status().path()
                        + " has not been started; do it in onStart of a service that starts after the cluster");
            }
            Member changed = change.apply(current);
            self = changed;
            coordinator.get().update(changed);
        }
    }

    // ---- leadership

    /** Returns whether this node holds a valid lease at this moment. */
    public boolean isLeader() {
        return lease().isPresent();
    }

    /** Returns the lease, if this node holds a valid one. */
    public Optional<Lease> lease() {
        return leadership.lease();
    }

    /**
     * Waits until this node is the leader. Call it on a task: a virtual thread parks, and an interrupt ends the wait.
     * The wait continues while the cluster restarts.
     *
     * @return a lease that was valid when this method returned
     * @throws InterruptedException if the calling thread is interrupted
     */
    public Lease awaitLeadership() throws InterruptedException {
        return leadership.await();
    }

    /**
     * Runs {@code action} on the calling thread if this node is the leader; otherwise does nothing. A long action
     * checks the lease before each step, or passes it to the methods it calls. A {@link LeaseExpiredException} for this
     * lease ends the action.
     *
     * @return whether the action ran to completion
     * @throws X if the action throws it
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
            if (!e.lease().equals(held.get())) { // the lease of another cluster or epoch
                throw e;
            }
            return false;
        }
    }

    /**
     * Registers an observer of this node's leadership. It is called with the current state now, with the lease at each
     * promotion and with an empty value at each demotion; each event once and in order. The expiry of a lease is
     * reported at the latest when {@code ttl - margin} has passed on the monotonic clock since the last renewal. See
     * {@link #onRoster} for when an observer may be registered.
     */
    public ObserverRegistration onLeadership(Consumer<? super Optional<Lease>> observer) {
        return leadership.observe(requireNonNull(observer, "observer is null"));
    }

    /**
     * Returns the current or most recent leader that this node knows of; empty until the first is known. With the
     * policy {@link PartitionPolicy#AVAILABLE} a node only ever sees itself.
     */
    public Optional<Leader> leader() {
        return currentLeader.latest();
    }

    /**
     * Registers an observer of the current leader. It is called with the known leader now and with each new epoch that
     * this node learns of, in order. See {@link #onRoster} for when an observer may be registered.
     */
    public ObserverRegistration onLeader(Consumer<? super Optional<Leader>> observer) {
        return currentLeader.add(requireNonNull(observer, "observer is null"));
    }

    /**
     * Hands over the leadership of this node, for example before its maintenance, and returns without waiting for the next
     * leader, which {@link #onLeader} reports. See {@link Coordinator#stepDown()} for the exceptions.
     */
    public void stepDown() {
        coordinator.get().stepDown();
    }

    /** Removes a voter that is permanently gone; only at the leader. See {@link Coordinator#removeVoter} for the exceptions. */
    public void removeVoter(String name) throws InterruptedException {
        coordinator.get().removeVoter(requireNonNull(name, "name is null"));
    }

    private EngineRules engineRules() {
        return new EngineRules(coordinator);
    }

    private NodeConfig nodeConfig() {
        int nodes = expect.get() > 0 ? expect.get() : join.get().isEmpty() ? 1 : 3;
        return new NodeConfig(identity.get(), join.get(), nodes, dataDir.get(), credentials, policy.get());
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
