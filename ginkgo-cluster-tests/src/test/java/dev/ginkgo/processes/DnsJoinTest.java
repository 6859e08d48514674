package dev.ginkgo.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Address;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three processes on three hosts that know one name, as that of a headless service of Kubernetes, and no address. */
class DnsJoinTest {
    /** What is below, in a folder of a host, stands for what is in /etc, at that host. */
    private static final Path NETNS = Path.of("/etc/netns");

    private static final int HOSTS = 3;
    private static final int NOBODY = 9;
    private static final String NAME = "nodes.test";
    private static final Duration SEVERAL_SEARCHES = Duration.ofSeconds(3);

    /** Java remembers names longer than a test takes. */
    private static final String FORGETFUL = "networkaddress.cache.ttl=1\nnetworkaddress.cache.negative.ttl=1\n";

    @TempDir
    Path folder;

    private final boolean first = Files.notExists(NETNS);
    private NamespaceNetwork namespaceNetwork;
    private final List<Path> hosts = new ArrayList<>();
    private final ProcessCluster processCluster = new ProcessCluster();

    @BeforeEach
    void build() throws Exception {
        namespaceNetwork = new NamespaceNetwork(HOSTS);
        for (int host = 1; host <= HOSTS; host++) {
            Path own = Files.createDirectories(
                    NETNS.resolve(namespaceNetwork.commandPrefix(host).getLast()));
            hosts.add(own.resolve("hosts"));
        }
        resolveTo();
    }

    @AfterEach
    void end() throws Exception {
        try {
            processCluster.close();
        } finally {
            for (Path each : hosts) {
                Files.deleteIfExists(each);
                Files.delete(each.getParent());
            }
            if (first && !hosts.isEmpty()) {
                removeNetns();
            }
            if (namespaceNetwork != null) {
                namespaceNetwork.remove();
            }
        }
    }

    private static void removeNetns() throws IOException {
        try {
            Files.delete(NETNS);
        } catch (DirectoryNotEmptyException _) {
            // somebody else has begun to use it
        }
    }

    /** From now on the name stands for these, on all hosts. */
    private void resolveTo(int... addresses) throws IOException {
        String text = "127.0.0.1 localhost\n";
        for (int each : addresses) {
            text += NamespaceNetwork.address(each) + " " + NAME + "\n";
        }
        for (Path each : hosts) {
            Files.writeString(each, text);
        }
    }

    private NodeProcess start(int host) throws IOException {
        Path security = Files.writeString(folder.resolve("java.security"), FORGETFUL);
        List<String> there = new ArrayList<>(namespaceNetwork.commandPrefix(host));
        there.addAll(List.of("env", "JAVA_TOOL_OPTIONS=-Djava.security.properties=" + security));
        Address here = new Address(NamespaceNetwork.address(host), 4_440);
        return processCluster.add(
                new NodeProcess(here, folder, List.of(new Address(NAME, 4_440)), there, "insecure = true"));
    }

    private boolean isAlone(NodeProcess node) {
        try {
            return node.hasRoster(List.of(node)) && !node.isReady();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName(
            "K-08 a name in cluster.join stands for all its addresses, and is looked up until they are those of nodes")
    void lookedUpAgain() throws Exception {
        // Given three whose name is of nobody
        for (int host = 1; host <= HOSTS; host++) {
            start(host);
        }
        await().atMost(ProcessCluster.TIMEOUT)
                .until(() -> processCluster.nodes().stream().allMatch(this::isAlone));

        // When it is of a host that is not there, they go on waiting
        resolveTo(NOBODY);
        await().during(SEVERAL_SEARCHES)
                .atMost(ProcessCluster.TIMEOUT)
                .until(() -> processCluster.nodes().stream().allMatch(this::isAlone));

        // When it is of them, too, they are one cluster
        resolveTo(NOBODY, 1, 2, 3);
        long then = System.nanoTime();
        await().atMost(ProcessCluster.TIMEOUT)
                .until(() -> processCluster.hasConverged()
                        && !processCluster.leaderActions().isEmpty());
        System.out.printf(
                "name: three are one cluster %d ms after it is theirs%n", (System.nanoTime() - then) / 1_000_000);
        assertThat(processCluster.countLines(" forms the cluster ")).isEqualTo(1);
    }
}
