package dev.ginkgo.cluster.spi;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Leader;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.config.Address;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.testing.TestTree;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;

/**
 * Nodes of one cluster in a test of a coordination engine, each a coordinator with a recording listener instead of a
 * cluster. Base class of the contracts: {@link CoordinatorContract}, and {@link PartitionContract}, {@link
 * ServerOutageContract} for engines whose tests can provide these faults.
 */
public abstract class ContractNodes {
    /** Longer than the detection time of any engine. */
    static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final List<Node> nodes = new ArrayList<>();

    /** Creates a coordinator for one more node of this test's cluster. */
    protected abstract Coordinator coordinator() throws Exception;

    /** Returns the configuration of a node; by default only its identity. */
    protected NodeConfig nodeConfig(Address identity) {
        return new NodeConfig(
                identity,
                List.of(),
                1,
                Optional.of(Path.of("target")),
                ClusterCredentials.none(),
                PartitionPolicy.QUORUM);
    }

    /** Returns the lease timing; short, to keep the tests fast. */
    protected LeaseTiming leaseTiming() {
        return new LeaseTiming(Duration.ofMillis(400), Duration.ofMillis(50));
    }

    /**
     * Waits until the engine has finished its work after nodes joined, so that one may leave. By default returns at
     * once.
     *
     * @param count the number of nodes joined the cluster
     */
    protected void awaitSettled(int count) throws Exception {}

    /** Returns whether renewals of expired leases are rejected, as by a cluster. */
    boolean rejectsExpiredRenewals() {
        return true;
    }

    /** A coordinator with a recording listener instead of a cluster. */
    static final class Node {
        final RecordingListener listener;
        final Coordinator engine;
        final Member self;
        private final TestTree<Root> tree;
        private boolean joined = true;

        private static final class Root extends Service {
            Root(Coordinator engine) {
                add("engine", engine);
            }
        }

        Node(Coordinator engine, NodeConfig nodeConfig, RecordingListener listener) throws Exception {
            this.engine = engine;
            this.listener = listener;
            tree = TestTree.start(new Root(engine));
            Address address = nodeConfig.identity();
            self = new Member(
                    address.toString(), engine.prepare(nodeConfig), address, Optional.empty(), Optional.empty(), "1");
            engine.join(self, listener);
        }

        void leave() throws Exception {
            joined = false;
            engine.leave();
        }

        void stop() throws Exception {
            tree.close();
        }

        Status status() {
            return engine.status();
        }
    }

    /** Starts one more node, and joins it to the cluster. */
    final Node join(int port) throws Exception {
        Node node = new Node(
                coordinator(),
                nodeConfig(new Address("127.0.0.1", port)),
                new RecordingListener(leaseTiming(), rejectsExpiredRenewals()));
        nodes.add(node);
        return node;
    }

    final List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /** Waits until exactly one of the nodes leads, and returns it. */
    static Node leader(Node... candidates) {
        await().atMost(TIMEOUT)
                .until(() -> Stream.of(candidates)
                                .filter(node -> node.listener.isLeading())
                                .count()
                        == 1);
        return Stream.of(candidates)
                .filter(node -> node.listener.isLeading())
                .findFirst()
                .orElseThrow();
    }

    static Epoch epoch(Node leader) {
        return requireNonNull(leader.listener.renewals.getLast().epoch());
    }

    static void awaitNames(Node node, Node... members) {
        List<String> names =
                Stream.of(members).map(each -> each.self.name()).sorted().toList();
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(node.listener.names()).isEqualTo(names));
    }

    /** Waits until the node is degraded with a reason. */
    static void awaitDegraded(Node node) {
        await().atMost(TIMEOUT)
                .until(() -> node.status().state() == State.DEGRADED
                        && !node.status().reason().isEmpty());
    }

    static void awaitReady(Node node) {
        await().atMost(TIMEOUT).until(() -> node.status().state() == State.READY);
    }

    /** Waits until one of the nodes leads and all know its epoch. */
    static Leader awaitAllKnowLeader(Node... all) {
        return await().atMost(TIMEOUT)
                .until(
                        () -> {
                            Node leader = leader(all);
                            return new Leader(leader.self.name(), epoch(leader));
                        },
                        leader -> Stream.of(all)
                                .allMatch(node -> leader.equals(
                                        node.listener.leaders.isEmpty() ? null : node.listener.leaders.getLast())));
    }

    @AfterEach
    final void stopAll() throws Exception {
        for (Node node : nodes.reversed()) {
            if (node.joined) {
                node.leave();
            }
        }
        for (Node node : nodes.reversed()) {
            node.stop();
        }
        assertThat(nodes).allSatisfy(node -> assertThat(node.listener.faults).isEmpty());
    }
}
