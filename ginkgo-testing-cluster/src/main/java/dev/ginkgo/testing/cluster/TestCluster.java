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
 * Nodes of a cluster, all in this process, for the length of a test:
 *
 * <pre>{@code
 * try (TestCluster<NumberGateway> cluster = TestCluster.of(3, node -> new NumberGateway())) {
 *     TestNode<NumberGateway> leader = cluster.awaitLeader();
 *     cluster.partition(leader);
 *     TestNode<NumberGateway> next = cluster.awaitOtherLeader(leader);
 *     cluster.heal();
 *     cluster.awaitTogether();
 * }
 * }</pre>
 *
 * <p>Each node is a tree of the services that the factory makes, as they are: their {@code Cluster} is given a
 * coordinator that asks one store in memory, and the hubs of that cluster a transport that goes along links in memory.
 * Hubs have no HTTP ({@code http.enabled}) and do not wait at their start for what others hold ({@code
 * replication.take-over}), unless the settings of the test say otherwise.
 *
 * <p>No time passes but by this class: {@link #advance} and the methods whose names begin with {@code await}, which
 * advance until something holds, for a minute of the test's time at most. Whatever is due happens in the order of its
 * time, one after another, so that a run is the same each time; see {@link FakeClock}. A node whose {@code onStart} waits
 * for another node never comes up, as the clock stands still while nodes start: wait in a task.
 *
 * <p>The store stands for the engine's quorum: a node reaches it while it hears, and is heard by, a majority of all nodes,
 * itself counted, that are neither killed nor stopped nor paused. A node that is not heard of for a lease's ttl and margin
 * leaves the roster.
 *
 * <p>At each promotion it is looked at whether another node holds a valid lease, or had a later epoch; if so, the next
 * call of a method that advances, or {@link #close}, throws an {@link AssertionError}. What it throws tells the story so
 * far: what was done to the nodes, and who led, and when.
 *
 * <p>To be used by the test's thread alone. Methods that take a node take one of this cluster.
 *
 * @param <S> the class of each node's root
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
            throw new IllegalArgumentException("a cluster of " + count + " nodes is none");
        }
        simulation = new Simulation(
                IntStream.range(0, count).mapToObj(TestNode::name).toList());
        network = TestTree.start(simulation.network, clock);
        nodes = IntStream.range(0, count)
                .mapToObj(index -> new TestNode<S>(this, index, factory, toml))
                .toList();
    }

    /** Starts so many nodes with their defaults, one after another. Throws like {@link #of(int, IntFunction, String)}. */
    public static <S extends Service> TestCluster<S> of(int count, IntFunction<? extends S> factory) {
        return of(count, factory, "");
    }

    /**
     * Starts so many nodes, one after another. No time has passed then, so they have not heard of each other yet.
     *
     * @param factory makes the services of a node, given its index from 0; called again when the node is {@linkplain
     *     #start started} again. One of them is a {@link dev.ginkgo.cluster.Cluster}
     * @param toml settings of every node, over those by which it belongs to this test
     * @throws dev.ginkgo.lifecycle.StartException if a node does not start
     * @throws dev.ginkgo.config.ConfigException if the settings are wrong
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

    // ---- look

    /** All nodes, also those that do not run. */
    public List<TestNode<S>> nodes() {
        return nodes;
    }

    /** The node of that index, from 0. */
    public TestNode<S> node(int index) {
        return nodes.get(index);
    }

    /** The clock by which all nodes go. */
    public FakeClock clock() {
        return clock;
    }

    /** The node that holds a valid lease and is not paused, if there is one. */
    public Optional<TestNode<S>> leader() {
        return responsiveNodes().stream().filter(TestNode::isLeader).findFirst();
    }

    /** What was done to the nodes and who led, a line each, with the time since the beginning. */
    public List<String> events() {
        return events.lines();
    }

    private List<TestNode<S>> responsiveNodes() {
        return nodes.stream().filter(node -> node.isUp() && !node.isPaused()).toList();
    }

    // ---- time

    /**
     * Lets that much time pass. Returns when all tasks wait.
     *
     * @throws AssertionError if two leases were valid at once, or if a task is blocked elsewhere than in the clock's time
     */
    public void advance(Duration by) {
        clock.advance(by);
        leaseChecker.check(events);
    }

    /**
     * Lets time pass, a hundredth of a second at once, until something holds.
     *
     * @param what for the error: "a leader"
     * @throws AssertionError if it does not hold after a minute of the test's time, or as {@link #advance}
     */
    public void await(String what, BooleanSupplier condition) {
        clock.awaitIdle();
        for (Duration passed = Duration.ZERO; !condition.getAsBoolean(); passed = passed.plus(STEP)) {
            if (passed.compareTo(TIMEOUT) >= 0) {
                throw new AssertionError(
                        "not after " + TIMEOUT.toSeconds() + " s: " + what + "; the nodes: " + nodes + events);
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

    /** Waits until another node leads than that one. Throws like {@link #await}. */
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
     * Waits until each node that runs and is not paused has exactly these in its roster, and the hub of each is heard by
     * those of all others. Throws like {@link #await}.
     */
    public void awaitConverged() {
        await("one roster", this::isConverged);
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
     * Cuts all links between these nodes and the others, both ways; whatever was cut before stays cut. What is on its way
     * along such a link is lost.
     */
    public void partition(TestNode<?>... side) {
        Set<TestNode<?>> here = new HashSet<>(List.of(side));
        here.forEach(this::requireOwn);
        for (TestNode<S> other : nodes) {
            if (!here.contains(other)) {
                here.forEach(node -> {
                    simulation.faults.cut(new Route(node.name(), other.name()));
                    simulation.faults.cut(new Route(other.name(), node.name()));
                });
            }
        }
        logEvent("partition: " + names(here) + " | the others");
    }

    /** Cuts the link from one node to another, one way: {@code to} no longer hears {@code from}. */
    public void cut(TestNode<?> from, TestNode<?> to) {
        requireOwn(from);
        requireOwn(to);
        simulation.faults.cut(new Route(from.name(), to.name()));
        logEvent("cut: " + from.name() + " -> " + to.name());
    }

    /** From now on all that the node sends and all that it gets takes so much longer. */
    public void delay(TestNode<?> node, Duration by) {
        requireOwn(node);
        if (by.isNegative()) {
            throw new IllegalArgumentException("nothing comes before it is sent, so a delay is not " + by);
        }
        simulation.faults.delay(node.name(), by);
        logEvent("delay: " + node.name() + " by " + by.toMillis() + " ms");
    }

    /** All links are as they were at the beginning: none is cut, none is slow. */
    public void heal() {
        simulation.faults.heal();
        logEvent("heal");
    }

    /**
     * Freezes a node, as {@code kill -STOP} does with a process: none of its tasks goes on, what comes for it waits, and
     * its clocks run. What the test itself calls on it runs all the same. No effect on one that is frozen.
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

    /** Lets a frozen node go on: first what was due, in its order, then what has come. No effect on one that is not. */
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
     * Ends a node as {@code kill -9} does: nobody hears of it any more. Its services are stopped, so that nothing is left
     * of them; what their hooks do then reaches no other node.
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
     * Stops a node in order.
     *
     * @throws dev.ginkgo.lifecycle.StopException if the stop was not clean
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
     * Starts a node that was killed or stopped, with fresh services, under its old name and with the next incarnation.
     *
     * @throws IllegalStateException if it runs
     */
    public void start(TestNode<?> node) {
        requireOwn(node);
        if (node.isUp()) {
            throw new IllegalStateException(node.name() + " runs already");
        }
        logEvent("start: " + node.name());
        simulation.faults.setDead(node.name(), false);
        node.start(simulation);
        clock.awaitIdle();
    }

    private TestNode<?> requireOwn(TestNode<?> node) {
        if (!nodes.contains(node)) {
            throw new IllegalArgumentException(node.name() + " is a node of another cluster");
        }
        return node;
    }

    private static String names(Set<TestNode<?>> some) {
        return some.stream().map(TestNode::name).sorted().collect(Collectors.joining(", "));
    }

    // ---- what the nodes tell

    void leaderElected(TestNode<?> node, Lease lease) {
        logEvent(node.name() + " leads in epoch " + lease.epoch().number());
        leaseChecker.leaseGranted(node.name(), lease);
    }

    void logEvent(String what) {
        events.add(what);
    }

    /**
     * Stops all nodes in order, the last first.
     *
     * @throws dev.ginkgo.lifecycle.StopException if a stop was not clean
     * @throws AssertionError if two leases were valid at once, or if something was left open
     */
    @Override
    public void close() {
        List<Throwable> wrong = new ArrayList<>();
        for (TestNode<S> node : nodes.reversed()) {
            if (node.isUp()) {
                attempt(() -> stop(node), wrong);
            }
        }
        attempt(network::close, wrong);
        attempt(() -> leaseChecker.check(events), wrong);
        if (!wrong.isEmpty()) {
            Throwable first = wrong.removeFirst();
            wrong.forEach(first::addSuppressed);
            if (first instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) first;
        }
    }

    private static void attempt(Runnable step, List<Throwable> wrong) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            wrong.add(e);
        }
    }
}
