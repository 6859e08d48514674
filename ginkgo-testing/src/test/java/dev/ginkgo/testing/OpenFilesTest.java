package dev.ginkgo.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OpenFilesTest {
    /** Program that opens and closes the first channel of its process, and checks that nothing is left open. */
    static final class FirstChannel {
        private FirstChannel() {}

        static void main() throws IOException {
            OpenFiles before = OpenFiles.current();
            ServerSocketChannel.open().close();
            before.assertNothingNew(Duration.ofMillis(100));
        }
    }

    @Test
    @DisplayName("C-62 the sockets that the JDK opens with the first channel of a process, and keeps, are not reported")
    void descriptorsOfTheJdk_areNotReported() throws Exception {
        // Given a process that has not opened a channel
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FirstChannel.class.getName())
                .redirectErrorStream(true)
                .start();

        // When, then
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
