package dev.ginkgo.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.lifecycle.State;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of a cluster with three real servers of etcd, of which one fails. */
class EtcdFailoverTest {
    private static final Duration TTL = Duration.ofSeconds(3);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private List<EtcdServer> servers = List.of();

    @BeforeEach
    void startServers() throws IOException {
        servers = EtcdServer.cluster(folder, 3);
    }

    @AfterEach
    void killServers() throws Exception {
        for (EtcdServer server : servers) {
            server.kill();
        }
    }

    private TestNode start(int port) throws InterruptedException {
        List<URI> endpoints = servers.stream().map(EtcdServer::endpoint).toList();
        return TestNode.start(new EtcdCoordinator(endpoints, "/failover/"), port, TTL);
    }

    @Test
    @DisplayName("E-03 with three servers the nodes continue while one is killed, and while one is frozen")
    void continuesWithTwoOfThreeServers() throws Exception {
        try (TestNode a = start(1)) {
            await().atMost(TIMEOUT).until(() -> !a.renewals.isEmpty());
            try (TestNode b = start(2)) {
                await().atMost(TIMEOUT).until(() -> a.sees(a, b));

                // When the server that both use is killed
                servers.getFirst().kill();

                // Then
                assertContinue(a, b);
                servers.getFirst().startAgain();
                servers.getFirst().awaitHealthy();

                // When the server that they use now does not answer any more
                servers.get(1).signal("STOP");

                // Then
                assertContinue(a, b);
                servers.get(1).signal("CONT");
            }
        }
    }

    /** Waits until one node has renewed its lease four times, by a change of servers or of the leader. */
    private static void assertContinue(TestNode a, TestNode b) {
        int before = a.renewals.size() + b.renewals.size();
        await().atMost(TIMEOUT).until(() -> a.renewals.size() + b.renewals.size() >= before + 4);
        await().atMost(TIMEOUT)
                .until(() -> a.engine.status().state() == State.READY
                        && b.engine.status().state() == State.READY);
        assertThat(a.rosters.getLast()).hasSize(2);
    }
}
