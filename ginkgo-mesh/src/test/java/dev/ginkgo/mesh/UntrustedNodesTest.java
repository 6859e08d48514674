package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.ginkgo.config.Address;
import dev.ginkgo.mesh.InProcessMesh.MeshNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UntrustedNodesTest {
    private static final String SECRET = "secret = 'correct horse battery staple'";
    private static final Duration OBSERVATION_TIME = Duration.ofSeconds(5);

    @TempDir
    Path folder;

    private static void send(Address to, byte[] bytes) {
        try (Socket socket = new Socket(to.host(), to.port());
                OutputStream out = socket.getOutputStream()) {
            out.write(bytes);
            out.flush();
        } catch (IOException _) {
            // the node closed the connection
        }
    }

    private static long usedMemory() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    @DisplayName(
            "K-17 nodes without the secret never join the roster and never lead, use no memory, and are logged at a"
                    + " limited rate")
    void untrustedNodes_neverJoinNorLead() throws Exception {
        List<Socket> silentConnections = new ArrayList<>();
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder);
                CapturedLog capturedLog = new CapturedLog(Level.WARN)) {
            // Given a cluster of one node with a secret
            MeshNode a = inProcessMesh.start(SECRET);
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
            long usedBefore = usedMemory();

            // When a node with another secret connects, one without a secret, and many clients that send other data
            MeshNode otherSecret = inProcessMesh.start("secret = 'incorrect horse battery staple'", a.identity());
            MeshNode noSecret = inProcessMesh.start("", a.identity());
            byte[] large = new byte[8 * 1024 * 1024];
            for (int i = 0; i < 20; i++) {
                send(a.identity(), "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                send(a.identity(), "bela 0.evil".getBytes(StandardCharsets.US_ASCII));
                send(a.identity(), large);
                silentConnections.add(
                        new Socket(a.identity().host(), a.identity().port()));
            }

            // Then they are not in the roster, and do not lead
            await().during(OBSERVATION_TIME)
                    .atMost(InProcessMesh.TIMEOUT)
                    .until(() -> a.roster().equals(List.of(a.identity().toString()))
                            && !otherSecret.cluster().isLeader()
                            && !noSecret.cluster().isLeader());
            assertThat(otherSecret.degradedReason())
                    .isEqualTo("waiting for " + a.identity()
                            + "; start it, or check cluster.join and the cluster's secret");
            assertThat(a.cluster().isLeader()).isTrue();
            assertThat(usedMemory() - usedBefore).as("bytes").isLessThan(32L * 1024 * 1024);
            assertThat(capturedLog.messagesContaining("do not have the secret")).hasSizeBetween(1, 4);

            // And a node with the secret joins while the silent connections are still open
            MeshNode b = inProcessMesh.start(SECRET, a.identity());
            InProcessMesh.awaitConverged(a, b);
        } finally {
            for (Socket each : silentConnections) {
                each.close();
            }
        }
    }

    @Test
    @DisplayName(
            "K-17 a client that disconnects during the handshake is not reported as rejected; one that sends plain text"
                    + " is")
    void clientsThatDisconnect_areNotReported() throws Exception {
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder);
                CapturedLog capturedLog = new CapturedLog(Level.WARN)) {
            MeshNode a = inProcessMesh.start(SECRET);
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
            for (int i = 0; i < 5; i++) {
                send(a.identity(), new byte[0]);
                send(a.identity(), new byte[] {22, 3, 1}); // the first bytes of a TLS handshake
            }

            send(a.identity(), "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            await().atMost(InProcessMesh.TIMEOUT)
                    .until(() -> !capturedLog
                            .messagesContaining("do not have the secret")
                            .isEmpty());
            assertThat(capturedLog.messagesContaining("do not have the secret"))
                    .singleElement()
                    .asString()
                    .contains("rejected 1 ", "SSL message");
        }
    }

    @Test
    @DisplayName("K-17 a secret that is too short is rejected")
    void shortSecret_isRejected() {
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            assertThatThrownBy(() -> inProcessMesh.start("secret = 'too short'"))
                    .rootCause()
                    .hasMessageContaining("cluster.secret has 9 characters");
        }
    }
}
