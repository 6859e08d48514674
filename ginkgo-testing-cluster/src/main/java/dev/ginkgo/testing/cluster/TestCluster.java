package dev.ginkgo.testing.cluster;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.testing.cluster.simulation.EventLog;
import dev.ginkgo.testing.cluster.simulation.LeaseChecker;
import dev.ginkgo.testing.cluster.simulation.Route;
import dev.ginkgo.testing.cluster.simulation.SimulatedNetwork;
import dev.ginkgo.testing.cluster.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cluster for one test, with all nodes in this process:
 *
 * <pre>{@code
 * try (TestCluster<NumberGateway> cluster = TestCluster.of(3, node -> new NumberGateway())) {
 *     TestNode<NumberGateway> leader = cluster.awaitLeader();
 *     cluster.partition(leader);
 *     TestNode<NumberGateway> next = cluster.awaitOtherLeader(leader);
 *     cluster.heal();
 *     cluster.awaitConverged();
 * }
 * }</pre>
 *
 * <p>Each node is a tree of the services that the factory creates, unchanged: their {@code Cluster} uses a coordinator
 * with one store in memory, and the hubs of that cluster use a transport with links in memory. Hubs do not serve HTTP
 * ({@code http.enabled}) and do not wait for a state transfer when they start ({@code replication.take-over}), unless
 * the settings of the test say otherwise.
 *
 * <p>Time passes only in methods of this class: {@link #advance}, and the methods whose names begin with {@code await},
 * which advance the clock until a condition holds, for at most one minute of the test's time. All due work runs
 * sequentially in the order of its time, so that a run is reproducible; see {@link FakeClock}. A node whose {@code
 * onStart} waits for another node never starts, because the clock does not advance while nodes start: wait in a task.
 *
 * <p>The store represents the engine's quorum. A node reaches it while it can exchange messages with a majority of all
 * nodes, including itself, that are not killed, stopped or paused. A node leaves the roster if the store receives no
 * request from it for a lease's ttl plus margin.
 *
 * <p>At each promotion this class checks that no other node holds a valid lease or had the same or a later epoch. After
 * a violation, the next call of a method that advances the clock, or of {@link #close}, throws an {@link
 * AssertionError}. Its message lists the events so far: faults, promotions, and their times.
 *
 * <p>Not thread-safe; only the test's thread may use it. Methods that take a node accept only nodes of this cluster.
 *
 * @param <S> the class of each node's root service
 */
public final class TestCluster<S extends Service> implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);
    private static final Duration STEP = Duration.ofMillis(10);

    private final FakeClock clock = new FakeClock();
    private final EventLog events = new EventLog(clock);
    private final LeaseChecker leaseChecker = new LeaseChecker();
    private final Simulation simulation;
    private final TestTree<SimulatedNetwork> network;
    private final List<TestNode<S>> nodes;

    private TestCluster(int count, IntFunction<? extends S> factory, String toml) {
        if (count < 1) {
            throw new IllegalArgumentException("count is " + count + "; a cluster has at least 1 node");
        }
        simulation = new Simulation(
                IntStream.range(0, count).mapToObj(TestNode::name).toList());
        network = TestTree.start(simulation.network, clock);
        nodes = IntStream.range(0, count)
                .mapToObj(index -> new TestNode<S>(this, index, factory, toml))
                .toList();
    }

    /**
     * Starts {@code count} nodes with default settings, one after another. Throws like {@link #of(int, IntFunction,
     * String)}.
     */
    public static <S extends Service> TestCluster<S> of(int count, IntFunction<? extends S> factory) {
        return of(count, factory, "");
    }

    /**
     * Starts {@code count} nodes, one after another. No time passes between the starts, so the nodes do not know each other yet.
     *
     * @param count the number of nodes, at least 1
     * @param factory creates the services of a node, given its index from 0; called again each time the node is
     *     {@linkplain #start started}. The services include exactly one {@link dev.ginkgo.cluster.Cluster}
     * @param toml settings of every node; they override the settings with which this class connects the node to the
     *     test
     * @throws dev.ginkgo.lifecycle.StartException if a node does not start
     * @throws dev.ginkgo.config.ConfigException if the settings are invalid
     */
    public static <S extends Service> TestCluster<S> of(int count, IntFunction<? extends S> factory, String toml) {
        TestCluster<S> cluster = new TestCluster<>(
                count, requireNonNull(factory, "factory is null"), requireNonNull(toml, "toml is null"));
        try {
            cluster.nodes.forEach(cluster::start);
            return cluster;
        } catch (RuntimeException | Error failed) {
            try {
                cluster.close();
            } catch (RuntimeException | Error more) {
                failed.addSuppressed(more);
            }
            throw failed;
        }
    }

    // ---- inspection

    /** Returns all nodes, including those that are not running. */
    public List<TestNode<S>> nodes() {
        return nodes;
    }

    /** Returns the node with that index, from 0. */
    public TestNode<S> node(int index) {
        return nodes.get(index);
    }

    /** Returns the clock that all nodes use. */
    public FakeClock clock() {
        return clock;
    }

    /** Returns the node that holds a valid lease and is not paused, if there is one. */
    public Optional<TestNode<S>> leader() {
        return responsiveNodes().stream().filter(TestNode::isLeader).findFirst();
    }

    /** Returns the faults and promotions so far, one line each, with the time since the start of the test. */
    public List<String> events() {
        return events.lines();
    }

    private List<TestNode<S>> responsiveNodes() {
        return nodes.stream().filter(node -> node.isUp() && !node.isPaused()).toList();
    }

    // ---- time

    /**
     * Advances the clock. Returns when all tasks are waiting.
     *
     * @throws AssertionError if two leases were valid at once, or if a task is blocked outside the clock's methods
     */
    public void advance(Duration by) {
        clock.advance(by);
        leaseChecker.check(events);
    }

    /**
     * Advances the clock in steps of 10 ms until {@code condition} is true.
     *
     * @param what describes the condition in the error message, for example "a leader"
     * @throws AssertionError if the condition is false after one minute of the test's time, or as {@link #advance}
     */
    public void await(String what, BooleanSupplier condition) {
        clock.awaitIdle();
        for (Duration passed = Duration.ZERO; !condition.getAsBoolean(); passed = passed.plus(STEP)) {
            if (passed.compareTo(TIMEOUT) >= 0) {
                throw new AssertionError("timed out after " + TIMEOUT.toSeconds() + " s waiting for " + what
                        + "; nodes: " + nodes + events);
            }
            advance(STEP);
        }
        leaseChecker.check(events);
    }

    /** Waits until there is a {@link #leader()}. Throws like {@link #await}. */
    public TestNode<S> awaitLeader() {
        await("a leader", () -> leader().isPresent());
        return leader().orElseThrow();
    }

    /** Waits until a node other than {@code than} is the leader. Throws like {@link #await}. */
    public TestNode<S> awaitOtherLeader(TestNode<S> than) {
        requireOwn(than);
        await("a leader other than " + than.name(), () -> otherLeader(than).isPresent());
        return otherLeader(than).orElseThrow();
    }

    private Optional<TestNode<S>> otherLeader(TestNode<S> than) {
        return responsiveNodes().stream()
                .filter(node -> node != than && node.isLeader())
                .findFirst();
    }

    /**
     * Waits until every node that is running and not paused has exactly these nodes in its roster, and every hub is
     * connected to the hubs of all others. Throws like {@link #await}.
     */
    public void awaitConverged() {
        await("the same roster on all nodes", this::isConverged);
    }

    private boolean isConverged() {
        List<TestNode<S>> running = responsiveNodes();
        Set<String> names = running.stream().map(TestNode::name).collect(Collectors.toSet());
        int hubs = running.stream().mapToInt(node -> node.transports().size()).sum();
        return running.stream()
                .allMatch(node -> node.roster().equals(names)
                        && node.transports().stream()
                                .allMatch(transport -> transport.readyPeers().size() == hubs - 1));
    }

    // ---- faults

    /**
     * Cuts all links between these nodes and the others, in both directions; links already cut stay cut. Messages in
     * flight on such a link are lost.
     */
    public void partition(TestNode<?>... side) {
        Set<TestNode<?>> isolated = new HashSet<>(List.of(side));
        isolated.forEach(this::requireOwn);
        for (TestNode<S> other : nodes) {
            if (!isolated.contains(other)) {
                isolated.forEach(node -> {
                    simulation.faults.cut(new Route(node.name(), other.name()));
                    simulation.faults.cut(new Route(other.name(), node.name()));
                });
            }
        }
        logEvent("partition: " + names(isolated) + "; the other nodes are isolated from them");
    }

    /** Cuts the link from one node to another, in one direction: {@code to} no longer receives from {@code from}. */
    public void cut(TestNode<?> from, TestNode<?> to) {
        requireOwn(from);
        requireOwn(to);
        simulation.faults.cut(new Route(from.name(), to.name()));
        logEvent("cut: " + from.name() + " -> " + to.name());
    }

    /**
     * From now on, everything that the node sends and receives is delayed by this time in addition to the normal
     * latency.
     *
     * @throws IllegalArgumentException if the delay is negative
     */
    public void delay(TestNode<?> node, Duration by) {
        requireOwn(node);
        if (by.isNegative()) {
            throw new IllegalArgumentException("negative delay: " + by);
        }
        simulation.faults.delay(node.name(), by);
        logEvent("delay: " + node.name() + " by " + by.toMillis() + " ms");
    }

    /** Restores all links: none is cut or delayed. */
    public void heal() {
        simulation.faults.heal();
        logEvent("heal");
    }

    /**
     * Freezes a node like {@code kill -STOP} freezes a process: its tasks do not run, incoming messages wait, and its
     * clocks advance. Methods that the test calls on the node still run. No effect on a frozen node.
     *
     * @throws IllegalStateException if the node is not running
     */
    public void pause(TestNode<?> node) {
        requireOwn(node).root();
        if (!node.isPaused()) {
            clock.awaitIdle();
            simulation.faults.setFrozen(node.name(), true);
            node.freeze();
            logEvent("pause: " + node.name());
        }
    }

    /**
     * Resumes a frozen node: first the work that was due runs, in order, then the messages that arrived. No effect on a
     * node that is not frozen.
     *
     * @throws IllegalStateException if the node is not running
     */
    public void resume(TestNode<?> node) {
        requireOwn(node).root();
        if (node.isPaused()) {
            logEvent("resume: " + node.name());
            simulation.faults.setFrozen(node.name(), false);
            node.thaw();
            clock.awaitIdle();
            leaseChecker.check(events);
        }
    }

    /**
     * Ends a node like {@code kill -9}: no other node receives anything from it any more. Its services are stopped to release their
     * resources; what their hooks send reaches no other node.
     *
     * @throws IllegalStateException if the node is not running
     */
    public void kill(TestNode<?> node) {
        requireOwn(node).root();
        logEvent("kill: " + node.name());
        simulation.faults.setDead(node.name(), true);
        simulation.faults.setFrozen(node.name(), false);
        node.kill();
        clock.awaitIdle();
    }

    /**
     * Stops a node gracefully.
     *
     * @throws dev.ginkgo.lifecycle.StopException if the stop was not clean
     * @throws IllegalStateException if the node is not running
     */
    public void stop(TestNode<?> node) {
        requireOwn(node).root();
        logEvent("stop: " + node.name());
        simulation.faults.setFrozen(node.name(), false);
        node.stop();
        simulation.faults.setDead(node.name(), true);
        clock.awaitIdle();
    }

    /**
     * Starts a node that was killed or stopped, with new services, under its old name and with the next incarnation.
     *
     * @throws IllegalStateException if the node is running
     */
    public void start(TestNode<?> node) {
        requireOwn(node);
        if (node.isUp()) {
            throw new IllegalStateException(node.name() + " is already running");
        }
        logEvent("start: " + node.name());
        simulation.faults.setDead(node.name(), false);
        node.start(simulation);
        clock.awaitIdle();
    }

    private TestNode<?> requireOwn(TestNode<?> node) {
        if (!nodes.contains(node)) {
            throw new IllegalArgumentException(node.name() + " does not belong to this cluster");
        }
        return node;
    }

    private static String names(Set<TestNode<?>> set) {
        return set.stream().map(TestNode::name).sorted().collect(Collectors.joining(", "));
    }

    // ---- called by the nodes

    void leaderElected(TestNode<?> node, Lease lease) {
        logEvent(node.name() + " becomes the leader, epoch " + lease.epoch().number());
        leaseChecker.leaseGranted(node.name(), lease);
    }

    void logEvent(String what) {
        events.add(what);
    }

    /**
     * Stops all running nodes gracefully, the last one first.
     *
     * @throws dev.ginkgo.lifecycle.StopException if a stop was not clean
     * @throws AssertionError if two leases were valid at once, or if a resource was left open
     */
    @Override
    public void close() {
        List<Throwable> failures = new ArrayList<>();
        for (TestNode<S> node : nodes.reversed()) {
            if (node.isUp()) {
                attempt(() -> stop(node), failures);
            }
        }
        attempt(network::close, failures);
        attempt(() -> leaseChecker.check(events), failures);
        if (!failures.isEmpty()) {
            Throwable first = failures.removeFirst();
            failures.forEach(first::addSuppressed);
            if (first instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) first;
        }
    }

    private static void attempt(Runnable step, List<Throwable> failures) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            failures.add(e);
        }
    }
}
