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
    private static final Duration WHILE = Duration.ofSeconds(5);

    @TempDir
    Path folder;

    private static void send(Address to, byte[] bytes) {
        try (Socket socket = new Socket(to.host(), to.port());
                OutputStream out = socket.getOutputStream()) {
            out.write(bytes);
            out.flush();
        } catch (IOException _) {
            // it was hung up on
        }
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    @DisplayName("K-17 strangers are never in the roster and never lead, cost no memory, and are logged once a while")
    void strangers() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder);
                CapturedLog capturedLog = new CapturedLog(Level.WARN)) {
            // Given a cluster of one that has a secret
            MeshNode a = inProcessMesh.start(SECRET);
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
            long before = used();

            // When one comes with another secret, one with none, and many with anything else
            MeshNode other = inProcessMesh.start("secret = 'incorrect horse battery staple'", a.identity());
            MeshNode plain = inProcessMesh.start("", a.identity());
            byte[] large = new byte[8 * 1024 * 1024];
            for (int i = 0; i < 20; i++) {
                send(a.identity(), "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                send(a.identity(), "bela 0.evil".getBytes(StandardCharsets.US_ASCII));
                send(a.identity(), large);
                silent.add(new Socket(a.identity().host(), a.identity().port()));
            }

            // Then they are not there, and lead nobody
            await().during(WHILE)
                    .atMost(InProcessMesh.TIMEOUT)
                    .until(() -> a.roster().equals(List.of(a.identity().toString()))
                            && !other.cluster().isLeader()
                            && !plain.cluster().isLeader());
            assertThat(other.degradedReason()).isEqualTo("waiting for " + a.identity());
            assertThat(a.cluster().isLeader()).isTrue();
            assertThat(used() - before).as("bytes").isLessThan(32L * 1024 * 1024);
            assertThat(capturedLog.messagesContaining("turned away")).hasSizeBetween(1, 4);

            // And whoever knows the secret joins, while the silent ones are still there
            MeshNode b = inProcessMesh.start(SECRET, a.identity());
            InProcessMesh.awaitConverged(a, b);
        } finally {
            for (Socket each : silent) {
                each.close();
            }
        }
    }

    @Test
    @DisplayName("K-17 who hangs up before it has said who it is, is not called a stranger; who talks plain text is")
    void hungUp() throws Exception {
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder);
                CapturedLog capturedLog = new CapturedLog(Level.WARN)) {
            MeshNode a = inProcessMesh.start(SECRET);
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
            for (int i = 0; i < 5; i++) {
                send(a.identity(), new byte[0]);
                send(a.identity(), new byte[] {22, 3, 1}); // as TLS begins
            }

            send(a.identity(), "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            await().atMost(InProcessMesh.TIMEOUT)
                    .until(() -> !capturedLog.messagesContaining("turned away").isEmpty());
            assertThat(capturedLog.messagesContaining("turned away"))
                    .singleElement()
                    .asString()
                    .contains("turned away 1 ", "SSL message");
        }
    }

    @Test
    @DisplayName("K-17 a secret that can be guessed is not taken")
    void shortSecret() {
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            assertThatThrownBy(() -> inProcessMesh.start("secret = 'too short'"))
                    .rootCause()
                    .hasMessageContaining("cluster.secret has 9 characters");
        }
    }
}
