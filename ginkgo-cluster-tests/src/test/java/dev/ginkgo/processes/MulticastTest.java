package dev.ginkgo.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Address;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three processes on three hosts that know only a multicast group. The hosts have no multicast route. */
class MulticastTest {
    private static final int PORT = 4440;
    private static final String GROUP = "coordinator.mesh.multicast = '239.192.44.40:4440'";

    @TempDir
    Path folder;

    private NamespaceNetwork namespaceNetwork;
    private final ProcessCluster processCluster = new ProcessCluster();

    @BeforeEach
    void createNetwork() throws Exception {
        namespaceNetwork = new NamespaceNetwork(3);
    }

    @AfterEach
    void tearDown() throws Exception {
        try {
            processCluster.close();
        } finally {
            if (namespaceNetwork != null) {
                namespaceNetwork.remove();
            }
        }
    }

    private void start(String securitySetting) throws Exception {
        long start = System.nanoTime();
        for (int host = 1; host <= 3; host++) {
            Address here = new Address(NamespaceNetwork.address(host), PORT);
            processCluster.add(new NodeProcess(
                    here,
                    folder,
                    List.of(),
                    namespaceNetwork.commandPrefix(host),
                    "expect = 3\n" + securitySetting + "\n" + GROUP));
        }
        await().atMost(ProcessCluster.TIMEOUT)
                .until(() -> processCluster.hasConverged()
                        && !processCluster.leaderActions().isEmpty());
        System.out.printf(
                "multicast: three nodes formed one cluster after %d ms%n", (System.nanoTime() - start) / 1_000_000);
        assertThat(processCluster.countLines(" forms the cluster ")).isEqualTo(1);
        processCluster.assertOneLeaderAtATime();
    }

    @Test
    @DisplayName("K-08 three processes with a secret that know only a multicast group form one cluster")
    void formsClusterWithSecret() throws Exception {
        start("secret = 'correct horse battery staple'");
    }

    @Test
    @DisplayName("K-08 three processes that find each other by multicast form one cluster with insecure = true")
    void formsClusterWithoutSecret() throws Exception {
        start("insecure = true");
    }
}
