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
 * One node of a {@link TestCluster}: a tree of services in a time of its own. Used by the test's thread.
 *
 * @param <S> the class of the root
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

    /** Its place in the cluster, from 0. */
    public int index() {
        return index;
    }

    /** Its name in the roster, which is its identity: {@code node-0:4440}. */
    public String name() {
        return name(index);
    }

    /** Whether it runs; a node that is paused does. */
    public boolean isUp() {
        return ginkgo != null;
    }

    /** Whether it is frozen. */
    public boolean isPaused() {
        return paused;
    }

    /** Whether it holds a valid lease at this moment. */
    public boolean isLeader() {
        return isUp() && cluster().isLeader();
    }

    /**
     * The root, as the factory made it for the present life of the node.
     *
     * @throws IllegalStateException if the node does not run
     */
    public S root() {
        S present = root;
        if (present == null || !isUp()) {
            throw new IllegalStateException(name() + " does not run; start it again with cluster.start(node)");
        }
        return present;
    }

    /** The running tree. Throws like {@link #root()}. */
    public Ginkgo ginkgo() {
        root();
        Ginkgo present = ginkgo;
        if (present == null) {
            throw new IllegalStateException(name() + " does not run");
        }
        return present;
    }

    /**
     * The service of that class in the node's tree: {@code node.get(Cluster.class)}.
     *
     * @throws IllegalStateException if the node does not run
     * @throws IllegalArgumentException if there is none of that class, or more than one
     */
    public <T extends Service> T get(Class<T> type) {
        return findOnly(root(), type);
    }

    private <T extends Service> T findOnly(Service top, Class<T> type) {
        List<T> found = Ginkgo.findAll(top, type);
        if (found.size() != 1) {
            throw new IllegalArgumentException(name() + " has " + found.size() + " services of the class "
                    + type.getName() + ", where one is meant");
        }
        return found.getFirst();
    }

    Cluster cluster() {
        return get(Cluster.class);
    }

    /** The names in the roster as this node knows it. */
    Set<String> roster() {
        return cluster().roster().stream().map(Member::name).collect(Collectors.toSet());
    }

    List<Transport> transports() {
        return Ginkgo.findAll(root(), Transport.class);
    }

    // ---- what the cluster does with it

    void start(Simulation simulation) {
        S fresh = factory.apply(index);
        Cluster cluster = findOnly(fresh, Cluster.class);
        cluster.onLeadership(lease -> lease.ifPresent(held -> test.leaderElected(this, held)));
        time = new FreezableTimeSource(test.clock());
        Configuration configuration = Configuration.empty()
                .text("TestCluster", NodeSettings.toml(fresh, cluster, name()))
                .text("test", settings);
        root = fresh;
        ginkgo = ScopedValue.where(Simulation.CURRENT, simulation)
                .call(() -> Ginkgo.of(fresh)
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

    /** In order; throws what the stop throws. */
    void stop() {
        Ginkgo running = ginkgo();
        time.releaseAll();
        paused = false;
        ginkgo = null;
        running.stop();
    }

    /** Stops what is already cut off from all others. What its hooks throw is nobody's concern: a dead process has none. */
    void kill() {
        try {
            stop();
        } catch (StopException dead) {
            test.logEvent(name() + " was killed while it stopped badly: " + dead.getMessage());
        }
    }

    /** {@code node-0:4440}, and how it is. */
    @Override
    public String toString() {
        return name() + (isUp() ? paused ? " (paused)" : isLeader() ? " (leads)" : "" : " (down)");
    }
}
