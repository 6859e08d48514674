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

/** Those who call and say nothing; see {@link UntrustedNodesTest} for those who do. */
class SilentConnectionsTest {
    private static final int CALLERS = 200;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "secret = 'correct horse battery staple'"})
    @DisplayName("K-17 many who call and say nothing keep no node from joining, without a secret either")
    void silent(String secret) throws Exception {
        List<Socket> silent = new ArrayList<>();
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            // Given
            MeshNode a = inProcessMesh.start(secret);
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);

            // When
            for (int i = 0; i < CALLERS; i++) {
                silent.add(new Socket(a.identity().host(), a.identity().port()));
            }
            MeshNode b = inProcessMesh.start(secret, a.identity());

            // Then
            InProcessMesh.awaitConverged(a, b);
        } finally {
            for (Socket each : silent) {
                each.close();
            }
        }
    }
}
