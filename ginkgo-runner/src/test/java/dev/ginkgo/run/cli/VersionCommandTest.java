package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.output.JsonText;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("version prints one line, or one JSON object with --json")
    void printsVersions() throws Exception {
        InProcessCommand ginkgo = new InProcessCommand(folder);
        assertThat(ginkgo.run("version")).isZero();
        assertThat(ginkgo.out()).startsWith("ginkgo ").contains(", Java " + Runtime.version());
        assertThat(ginkgo.run("--version", "--json")).isZero();
        assertThat(JsonText.read(ginkgo.out()))
                .containsEntry("java", Runtime.version().toString())
                .containsKey("ginkgo");
    }
}
