package dev.ginkgo.hub.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.ginkgo.hub.HubStats;
import dev.ginkgo.hub.testing.DirectStreamHub;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much the kernel keeps for a client that does not read. */
class UnsentBytesTest {
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    @DisplayName("H-48 the kernel holds little for a subscriber that does not read")
    void unreadStream_takesLittleKernelMemory(String transport) throws Exception {
        assumeThat(TABLES).allMatch(Files::isReadable);
        try (TestHub testHub = TestHub.start("loops = 1", "transport = '" + transport + "'", "heartbeat = '1h'");
                RawHttpClient client = testHub.lines("/x")) {
            // When a client reads nothing until its socket accepts nothing more
            String message = "x".repeat(16 * 1024);
            HubStats stats = testHub.hub().stats();
            for (int i = 0; stats.pinnedBytes() == 0; i++) {
                assertThat(i).isLessThan(4_096);
                testHub.hub().publish("/x", message);
                int published = i + 1;
                DirectStreamHub.soon().until(() -> {
                    HubStats now = testHub.hub().stats();
                    return now.delivered() == published || now.pinnedBytes() > 0;
                });
                stats = testHub.hub().stats();
            }

            // Then the kernel holds a few writes for it, beyond what the client's own kernel has received
            long queued = sendQueue(testHub.port(), client.localPort());
            Measurements.record("send queue of a stream that is not read, " + transport + ", bytes", queued);
            assertThat(queued).isBetween(1L, 8L * 64 * 1024);
        }
    }

    /** Returns how many bytes the kernel holds for the peer of a loopback connection. */
    private static long sendQueue(int localPort, int remotePort) throws IOException {
        for (Path table : TABLES) {
            try (Stream<String> lines = Files.lines(table)) {
                for (String[] columns :
                        lines.skip(1).map(line -> line.strip().split("\\s+")).toList()) {
                    if (port(columns[1]) == localPort && port(columns[2]) == remotePort) {
                        return Long.parseLong(columns[4].substring(0, columns[4].indexOf(':')), 16);
                    }
                }
            }
        }
        throw new IOException("there is no connection from port " + localPort + " to " + remotePort);
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16);
    }
}
