package dev.ginkgo.mesh;

import static org.awaitility.Awaitility.await;

import dev.ginkgo.mesh.InProcessMesh.MeshNode;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that connect and send nothing. {@link UntrustedNodesTest} covers clients that send data. */
class SilentConnectionsTest {
    private static final int CONNECTIONS = 200;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "secret = 'correct horse battery staple'"})
    @DisplayName("K-17 many silent connections do not prevent a node from joining, with or without a secret")
    void nodeJoinsDespiteSilentConnections(String secret) throws Exception {
        List<Socket> silentConnections = new ArrayList<>();
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            // Given a cluster of one node
            MeshNode a = inProcessMesh.start(secret);
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);

            // When many clients connect and send nothing
            for (int i = 0; i < CONNECTIONS; i++) {
                silentConnections.add(
                        new Socket(a.identity().host(), a.identity().port()));
            }
            MeshNode b = inProcessMesh.start(secret, a.identity());

            // Then another node can still join
            InProcessMesh.awaitConverged(a, b);
        } finally {
            for (Socket each : silentConnections) {
                each.close();
            }
        }
    }
}
