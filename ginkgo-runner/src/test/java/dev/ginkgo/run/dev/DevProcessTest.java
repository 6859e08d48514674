package dev.ginkgo.run.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.CommandProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ginkgo dev} as a process: signals and exit codes. */
class DevProcessTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName(
            "C-63 Ctrl-C stops the newest version gracefully and exits with 130, HUP reloads, an uncaught exception stops"
                    + " the program until the next change")
    void handlesSignals() throws Exception {
        // Given
        Path source = Files.writeString(folder.resolve("Shop.java"), """
                class Shop extends dev.ginkgo.Service {
                    @Override protected void onStart() {
                        Thread.ofPlatform().start(() -> { throw new IllegalStateException("out of luck"); });
                    }
                }
                """);
        try (CommandProcess dev = CommandProcess.start(
                folder, "dev", "Shop.java", "--set", "ginkgo.workdir=.", "--set", "log.level=warn")) {
            // When, then
            dev.awaitOutput("Uncaught exception in thread").awaitOutput("Nothing is running. Waiting for a change.");
            assertThat(dev.output())
                    .contains("warning: ginkgo.workdir has no effect in development mode")
                    .contains("IllegalStateException: out of luck");

            // When
            Files.writeString(source, """
                    class Shop extends dev.ginkgo.Service {
                        @Override protected void onStop() { IO.println("onStop ran"); }
                    }
                    """);
            dev.awaitOutput("Shop.java has changed")
                    .awaitOutput("; compiled in ")
                    .signal("HUP");
            dev.awaitOutput("reload: no setting changed").signal("INT");

            // Then
            assertThat(dev.exitCode()).isEqualTo(130);
            assertThat(dev.output()).contains("onStop ran").contains("shop has stopped after ");
        }
    }
}
