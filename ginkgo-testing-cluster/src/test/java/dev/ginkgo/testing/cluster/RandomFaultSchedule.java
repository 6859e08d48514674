package dev.ginkgo.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.testing.cluster.simulation.Route;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.LongStream;

/**
 * The faults of one random run, drawn from a seed: links are cut, in one direction or both, and healed; nodes are
 * frozen, resumed, killed, stopped, slowed down and started again; leaders step down. At the end all faults are repaired, and all nodes
 * form one cluster again.
 */
final class RandomFaultSchedule<S extends Service> {
    /** The validity of a lease without renewal. */
    private static final Duration LEASE_VALIDITY = Duration.ofMillis(1_100);

    private final Random random;
    private final TestCluster<S> cluster;
    private final Set<Route> cut = new HashSet<>();

    private RandomFaultSchedule(Random random, TestCluster<S> cluster) {
        this.random = random;
        this.cluster = cluster;
    }

    /**
     * Returns the seeds: one run for every {@code divisor} schedules of {@code ./verify}, of which there are at most
     * 2,000.
     */
    static LongStream seeds(int divisor) {
        return LongStream.rangeClosed(1, Math.clamp(Integer.getInteger("ginkgo.schedules", 2_000) / divisor, 1, 2_000));
    }

    /**
     * Runs the schedule of one seed.
     *
     * @param step runs before each fault
     * @param end runs when all nodes form one cluster again
     * @return the events of the run
     * @throws AssertionError if a check fails; the message contains the seed
     */
    static <S extends Service> List<String> run(
            long seed,
            int faults,
            IntFunction<? extends S> node,
            String toml,
            Consumer<TestCluster<S>> step,
            Consumer<TestCluster<S>> end) {
        Random random = new Random(seed);
        int count = 1 + random.nextInt(5);
        try (TestCluster<S> cluster = TestCluster.of(count, node, toml)) {
            try {
                RandomFaultSchedule<S> randomFaultSchedule = new RandomFaultSchedule<>(random, cluster);
                for (int i = 0; i < faults; i++) {
                    step.accept(cluster);
                    randomFaultSchedule.fault();
                    randomFaultSchedule.advance();
                }
                randomFaultSchedule.repairAll();
                end.accept(cluster);
                return cluster.events();
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ": " + String.join("\n", cluster.events()), e);
            }
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    private TestNode<S> randomNode() {
        return cluster.node(random.nextInt(cluster.nodes().size()));
    }

    private void fault() {
        TestNode<S> node = randomNode();
        switch (random.nextInt(13)) {
            case 0, 1 -> partition();
            case 2 -> {
                TestNode<S> other = randomNode();
                if (other != node) {
                    cluster.cut(node, other);
                    cut.add(new Route(node.name(), other.name()));
                }
            }
            case 3, 4 -> heal();
            case 5, 6 -> {
                if (node.isUp()) {
                    cluster.pause(node);
                }
            }
            case 7, 8 -> cluster.nodes().stream().filter(TestNode::isPaused).forEach(cluster::resume);
            case 9 -> {
                if (node.isUp()) {
                    cluster.kill(node);
                } else {
                    cluster.start(node);
                }
            }
            case 10 -> {
                if (node.isUp() && !node.isPaused()) {
                    cluster.stop(node);
                } else if (!node.isUp()) {
                    cluster.start(node);
                }
            }
            case 11 -> stepDown(node);
            default -> cluster.delay(node, Duration.ofMillis(random.nextInt(800)));
        }
    }

    /** Makes the leader hand over, unless it knows no other node. */
    private static void stepDown(TestNode<?> node) {
        if (node.isLeader() && !node.isPaused() && node.roster().size() > 1) {
            Ginkgo.findAll(node.root(), Cluster.class).getFirst().stepDown();
        }
    }

    private void partition() {
        List<TestNode<S>> side =
                cluster.nodes().stream().filter(_ -> random.nextBoolean()).toList();
        cluster.partition(side.toArray(TestNode[]::new));
        for (TestNode<S> here : side) {
            for (TestNode<S> there : cluster.nodes()) {
                if (!side.contains(there)) {
                    cut.add(new Route(here.name(), there.name()));
                    cut.add(new Route(there.name(), here.name()));
                }
            }
        }
    }

    private void heal() {
        cluster.heal();
        cut.clear();
    }

    /**
     * Advances the clock by a random time. If that is longer than a lease, checks that no node leads that had no
     * majority throughout.
     */
    private void advance() {
        List<TestNode<S>> minority =
                cluster.nodes().stream().filter(node -> !reachesMajority(node)).toList();
        Duration pause = Duration.ofMillis(random.nextInt(3_000));
        cluster.advance(pause);
        if (pause.compareTo(LEASE_VALIDITY) >= 0) {
            assertThat(minority).noneMatch(TestNode::isLeader);
        }
        assertThat(cluster.nodes().stream().filter(TestNode::isLeader).count()).isLessThanOrEqualTo(1);
    }

    private boolean reachesMajority(TestNode<S> node) {
        long reached = cluster.nodes().stream()
                .filter(other -> other.isUp() && !other.isPaused())
                .filter(other -> other == node
                        || (!cut.contains(new Route(node.name(), other.name()))
                                && !cut.contains(new Route(other.name(), node.name()))))
                .count();
        return reached > cluster.nodes().size() / 2;
    }

    private void repairAll() {
        heal();
        for (TestNode<S> node : cluster.nodes()) {
            if (node.isPaused()) {
                cluster.resume(node);
            }
            if (!node.isUp()) {
                cluster.start(node);
            }
        }
        cluster.awaitLeader();
        cluster.awaitConverged();
    }
}
