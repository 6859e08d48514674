package dev.ginkgo.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NoLeaderReasonTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "K-32 C-51 the hub's pages say why there is no leader, and what to do: another node has not been reached, or"
                    + " the voters are absent")
    void pagesOfTheHub_sayWhyThereIsNoLeader() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            Address first = FreePorts.free();
            Address second = FreePorts.free();
            // Given a node that has not reached the one it joins
            try (HubNode waiting = new HubNode(client, second, first, folder, "")) {
                awaitReason(waiting, "waiting for " + first + "; start it, or check cluster.join");

                // When that one forms the cluster and then stops
                HubNode founder = new HubNode(client, first, first, folder, "");
                await().atMost(TIMEOUT).until(() -> founder.isReady() && waiting.isReady());
                founder.stop();
                await().atMost(TIMEOUT).until(waiting::isReady);
            }

            // Then it waits for the remaining voter when it is started alone
            try (HubNode again = new HubNode(client, first, second, folder, "")) {
                awaitReason(again, "waiting for " + second + ": 0 of 1 voters present, a majority is required");
                assertThat(again.get("/-/health/ready"))
                        .contains(folder.toString())
                        .contains(
                                "start them, or stop all nodes and delete that directory on each to form a new cluster");
            }
        }
    }

    private static void awaitReason(HubNode node, String reason) {
        await().atMost(TIMEOUT).untilAsserted(() -> {
            assertThat(node.get("/-/health/ready")).contains("not-ready").contains(reason);
            assertThat(node.get("/-/tree")).contains(reason);
        });
    }
}
