package dev.ginkgo.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.Epoch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server of etcd starts again without its data, under the same name and with the same id. */
class EtcdDataLossTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** The nodes read all keys only every 250 seconds, when they renew their leases. */
    private static final Duration LONG_TTL = Duration.ofSeconds(1_000);

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "E-41: a node whose etcd has lost all data joins again, leads in the epochs of another cluster, and learns"
                    + " of changes at once")
    void leadsAgain_whenAllDataIsLost() throws Exception {
        EtcdServer server = EtcdServer.start(folder);
        try (TestNode a = start(server, 1)) {
            // Given
            await().atMost(TIMEOUT).until(() -> !a.renewals.isEmpty());
            Epoch first = a.renewals.getLast();
            for (int i = 0; i < 30; i++) { // so that the watch is at a revision that the new server does not reach
                server.post("kv/put", "{\"key\":\"YQ==\",\"value\":\"YQ==\"}");
            }
            a.update("http://127.0.0.1:1/");
            await().atMost(TIMEOUT).until(() -> a.rosters.size() > 1);

            // When
            server.kill();
            server.startAgainEmpty();
            server.awaitHealthy();

            // Then
            await().atMost(TIMEOUT).until(() -> {
                a.update("http://127.0.0.1:2/"); // makes it read the keys
                return !a.renewals.getLast().cluster().equals(first.cluster());
            });
            assertThat(a.ended).contains(first);
            try (TestNode b = start(server, 2)) {
                await().atMost(TIMEOUT).until(() -> a.sees(a, b));
            }
        } finally {
            server.kill();
        }
    }

    private static TestNode start(EtcdServer server, int port) throws InterruptedException {
        return TestNode.start(new EtcdCoordinator(List.of(server.endpoint()), "/loss/"), port, LONG_TTL);
    }
}
