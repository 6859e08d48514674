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

/** Three processes on three hosts that know only one DNS name, as of a headless service of Kubernetes. */
class DnsJoinTest {
    /** Files in the folder of a namespace below this path replace those in /etc for processes in that namespace. */
    private static final Path NETNS = Path.of("/etc/netns");

    private static final int HOSTS = 3;
    private static final int UNUSED_HOST = 9;
    private static final String NAME = "nodes.test";
    private static final Duration SEVERAL_LOOKUPS = Duration.ofSeconds(3);

    /** Java caches DNS results for longer than a test takes. */
    private static final String SHORT_DNS_CACHE = "networkaddress.cache.ttl=1\nnetworkaddress.cache.negative.ttl=1\n";

    @TempDir
    Path folder;

    private final boolean netnsWasMissing = Files.notExists(NETNS);
    private NamespaceNetwork namespaceNetwork;
    private final List<Path> hosts = new ArrayList<>();
    private final ProcessCluster processCluster = new ProcessCluster();

    @BeforeEach
    void createNetwork() throws Exception {
        namespaceNetwork = new NamespaceNetwork(HOSTS);
        for (int host = 1; host <= HOSTS; host++) {
            Path own = Files.createDirectories(
                    NETNS.resolve(namespaceNetwork.commandPrefix(host).getLast()));
            hosts.add(own.resolve("hosts"));
        }
        resolveTo();
    }

    @AfterEach
    void tearDown() throws Exception {
        try {
            processCluster.close();
        } finally {
            for (Path each : hosts) {
                Files.deleteIfExists(each);
                Files.delete(each.getParent());
            }
            if (netnsWasMissing && !hosts.isEmpty()) {
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
            // another process uses it now
        }
    }

    /** Makes the name resolve to these addresses, on all hosts. */
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
        Path security = Files.writeString(folder.resolve("java.security"), SHORT_DNS_CACHE);
        List<String> prefix = new ArrayList<>(namespaceNetwork.commandPrefix(host));
        prefix.addAll(List.of("env", "JAVA_TOOL_OPTIONS=-Djava.security.properties=" + security));
        Address identity = new Address(NamespaceNetwork.address(host), 4_440);
        return processCluster.add(
                new NodeProcess(identity, folder, List.of(new Address(NAME, 4_440)), prefix, "insecure = true"));
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
            "K-08 a name in cluster.join stands for all its addresses, and is looked up again until they are nodes")
    void nameIsLookedUpUntilNodesAreFound() throws Exception {
        // Given three nodes, and a name that does not resolve
        for (int host = 1; host <= HOSTS; host++) {
            start(host);
        }
        await().atMost(ProcessCluster.TIMEOUT)
                .until(() -> processCluster.nodes().stream().allMatch(this::isAlone));

        // When the name resolves to an unused address, the nodes keep waiting
        resolveTo(UNUSED_HOST);
        await().during(SEVERAL_LOOKUPS)
                .atMost(ProcessCluster.TIMEOUT)
                .until(() -> processCluster.nodes().stream().allMatch(this::isAlone));

        // When it also resolves to the nodes, they form one cluster
        resolveTo(UNUSED_HOST, 1, 2, 3);
        long start = System.nanoTime();
        await().atMost(ProcessCluster.TIMEOUT)
                .until(() -> processCluster.hasConverged()
                        && !processCluster.leaderActions().isEmpty());
        System.out.printf(
                "name: three nodes formed one cluster %d ms after the name resolved to them%n",
                (System.nanoTime() - start) / 1_000_000);
        assertThat(processCluster.countLines(" forms the cluster ")).isEqualTo(1);
    }
}
