package dev.ginkgo.testing.cluster;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.testing.cluster.simulation.FreezableTimeSource;
import dev.ginkgo.testing.cluster.simulation.NodeSettings;
import dev.ginkgo.testing.cluster.simulation.Simulation;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One node of a {@link TestCluster}: a service tree with a clock that can be frozen. Only the test's thread may use it.
 *
 * @param <S> the class of the root service
 */
public final class TestNode<S extends Service> {
    private final TestCluster<S> test;
    private final int index;
    private final IntFunction<? extends S> factory;
    private final String settings;

    private FreezableTimeSource time;
    private @Nullable S root;
    private @Nullable Ginkgo ginkgo;
    private boolean paused;

    TestNode(TestCluster<S> test, int index, IntFunction<? extends S> factory, String settings) {
        this.test = test;
        this.index = index;
        this.factory = factory;
        this.settings = settings;
        time = new FreezableTimeSource(test.clock());
    }

    static String name(int index) {
        return "node-" + index + ":4440";
    }

    /** Returns the index of the node in the cluster, from 0. */
    public int index() {
        return index;
    }

    /** Returns the node's name in the roster, which is also its identity: for example {@code node-0:4440}. */
    public String name() {
        return name(index);
    }

    /** Returns whether the node is running; a paused node is running. */
    public boolean isUp() {
        return ginkgo != null;
    }

    /** Returns whether the node is paused. */
    public boolean isPaused() {
        return paused;
    }

    /** Returns whether the node holds a valid lease at this moment. */
    public boolean isLeader() {
        return isUp() && cluster().isLeader();
    }

    /**
     * Returns the root service that the factory created for the current incarnation of the node.
     *
     * @throws IllegalStateException if the node is not running
     */
    public S root() {
        S current = root;
        if (current == null || !isUp()) {
            throw new IllegalStateException(name() + " is not running; start it with cluster.start(node)");
        }
        return current;
    }

    /** Returns the running tree. Throws like {@link #root()}. */
    public Ginkgo ginkgo() {
        root();
        Ginkgo current = ginkgo;
        if (current == null) {
            throw new IllegalStateException(name() + " is not running");
        }
        return current;
    }

    /**
     * Returns the only service of a class in the node's tree, for example {@code node.get(Cluster.class)}.
     *
     * @throws IllegalStateException if the node is not running
     * @throws IllegalArgumentException if the tree has no service of that class, or more than one
     */
    public <T extends Service> T get(Class<T> type) {
        return findOnly(root(), type);
    }

    private <T extends Service> T findOnly(Service ancestor, Class<T> type) {
        List<T> found = Ginkgo.findAll(ancestor, type);
        if (found.size() != 1) {
            throw new IllegalArgumentException(name() + " has " + found.size() + " services of class " + type.getName()
                    + "; expected exactly one");
        }
        return found.getFirst();
    }

    Cluster cluster() {
        return get(Cluster.class);
    }

    /** Returns the names in this node's roster. */
    Set<String> roster() {
        return cluster().roster().stream().map(Member::name).collect(Collectors.toSet());
    }

    List<Transport> transports() {
        return Ginkgo.findAll(root(), Transport.class);
    }

    // ---- called by the cluster

    void start(Simulation simulation) {
        S newRoot = factory.apply(index);
        Cluster cluster = findOnly(newRoot, Cluster.class);
        cluster.onLeadership(lease -> lease.ifPresent(held -> test.leaderElected(this, held)));
        time = new FreezableTimeSource(test.clock());
        Configuration configuration = Configuration.empty()
                .text("TestCluster", NodeSettings.toml(newRoot, cluster, name()))
                .text("test", settings);
        root = newRoot;
        ginkgo = ScopedValue.where(Simulation.CURRENT, simulation)
                .call(() -> Ginkgo.of(newRoot)
                        .configuration(configuration)
                        .time(time)
                        .random(new Random(index))
                        .start());
    }

    void freeze() {
        time.freeze();
        paused = true;
    }

    void thaw() {
        paused = false;
        time.thaw();
    }

    /** Stops the node gracefully; throws the exception of the stop. */
    void stop() {
        Ginkgo running = ginkgo();
        time.releaseAll();
        paused = false;
        ginkgo = null;
        running.stop();
    }

    /**
     * Stops the services of a node that is already cut off from all others. Failing hooks are only logged: a killed
     * process runs none.
     */
    void kill() {
        try {
            stop();
        } catch (StopException e) {
            test.logEvent(name() + " was killed; stopping its services failed: " + e.getMessage());
        }
    }

    /** Returns the name and the condition of the node, for example {@code node-0:4440 (paused)}. */
    @Override
    public String toString() {
        return name() + (isUp() ? paused ? " (paused)" : isLeader() ? " (leader)" : "" : " (not running)");
    }
}
