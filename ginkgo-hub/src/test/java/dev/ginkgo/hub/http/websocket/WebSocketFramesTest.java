package dev.ginkgo.hub.http.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.NodeJs;
import dev.ginkgo.hub.testing.TestHub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Frames of {@code frames.txt}, valid and invalid, sent by npm's ws, which also checks the frames of the hub. */
class WebSocketFramesTest {
    @Test
    @DisplayName("H-69 each sequence of frames from a client has the outcome that RFC 6455 requires")
    void frames_haveTheirOutcome() throws Exception {
        // Given
        Path file = Path.of(Objects.requireNonNull(WebSocketFramesTest.class.getResource("frames.txt"))
                .toURI());
        List<String> expected = Files.readAllLines(file).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.substring(0, line.lastIndexOf(" | ")))
                .toList();
        assertThat(expected).hasSizeGreaterThan(70);

        // When
        try (TestHub testHub = TestHub.start();
                ExternalProcess client =
                        NodeJs.run("frames.mjs", "ws://127.0.0.1:" + testHub.port() + "/x", file.toString())) {
            client.awaitSuccess();

            // Then
            assertThat(client.lines()).containsExactlyElementsOf(expected);
            assertThat(testHub.hub().stats().published()).isZero();
        }
    }
}
