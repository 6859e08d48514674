package dev.ginkgo.mesh;

import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.lifecycle.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Cluster of nodes in this JVM, configured with the settings that a user writes. Closing it stops all nodes. */
public final class InProcessMesh implements AutoCloseable {
    public static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** One running node. */
    public record MeshNode(Cluster cluster, Ginkgo tree, Address identity) {
        List<String> roster() {
            return cluster.roster().stream().map(Member::name).sorted().toList();
        }

        boolean isReady() {
            return tree.status().ready();
        }

        /** Returns the number of voters that this node knows. */
        int voters() {
            return Ginkgo.findAll(cluster, MeshCoordinator.class)
                    .getFirst()
                    .voters()
                    .size();
        }

        /** Returns the reason of the engine's state in the status. */
        String degradedReason() {
            Status coordinator = tree.status().children().getFirst();
            return coordinator.children().getFirst().reason();
        }
    }

    private final Path folder;
    private final List<MeshNode> nodes = new ArrayList<>();

    public InProcessMesh(Path folder) {
        this.folder = folder;
    }

    /**
     * Starts a node.
     *
     * @param clusterSettings additional lines of {@code [cluster]}
     */
    public MeshNode start(Address identity, String clusterSettings, Address... join) {
        Cluster cluster = new Cluster();
        String toml = """
                identity = "%s"
                join = [%s]
                data-dir = "%s"
                coordinator.engine = "mesh"
                %s
                """.formatted(
                        identity,
                        Stream.of(join).map(each -> "\"" + each + "\"").collect(Collectors.joining(", ")),
                        folder,
                        clusterSettings);
        Ginkgo tree = Ginkgo.of(cluster)
                .configuration(Configuration.empty().text("cluster.toml", toml))
                .start();
        MeshNode meshNode = new MeshNode(cluster, tree, identity);
        nodes.add(meshNode);
        return meshNode;
    }

    /** Starts a node on a free port. */
    public MeshNode start(String clusterSettings, Address... join) throws IOException {
        return start(FreePorts.free(), clusterSettings, join);
    }

    /** Waits until all nodes are ready, and each has exactly these nodes in its roster. */
    public static void awaitConverged(MeshNode... members) {
        List<String> names = Stream.of(members)
                .map(each -> each.identity.toString())
                .sorted()
                .toList();
        await().atMost(TIMEOUT)
                .until(() -> Stream.of(members).allMatch(each -> each.roster().equals(names) && each.isReady()));
    }

    /** Waits until exactly one of the nodes is the leader; returns it. */
    public static MeshNode awaitLeader(MeshNode... members) {
        await().atMost(TIMEOUT)
                .until(() -> Stream.of(members)
                                .filter(each -> each.cluster.isLeader())
                                .count()
                        == 1);
        return Stream.of(members)
                .filter(each -> each.cluster.isLeader())
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        nodes.reversed().forEach(meshNode -> meshNode.tree.stop());
    }
}
