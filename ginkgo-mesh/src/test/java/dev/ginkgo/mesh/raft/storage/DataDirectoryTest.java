package dev.ginkgo.mesh.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.config.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    private static final Path HOME = Path.of("/home/u");
    private static final Map<String, String> NO_ENVIRONMENT = Map.of();

    private static Path parentOf(String project) {
        return DataDirectory.defaultParent(NO_ENVIRONMENT, HOME, Path.of(project));
    }

    @Test
    @DisplayName(
            "K-24 projects have separate default data directories, also those whose directories have the same name;"
                    + " the one of a project does not change")
    void defaultParent_isSeparatePerProject() {
        assertThat(parentOf("/src/gateway").toString()).startsWith("/home/u/.local/state/ginkgo/gateway-");
        assertThat(parentOf("/src/gateway"))
                .isEqualTo(parentOf("/src/other/../gateway"))
                .isNotEqualTo(parentOf("/src/other/gateway"))
                .isNotEqualTo(parentOf("/src/numbers"));
    }

    @Test
    @DisplayName("K-24 the default data directory is in XDG_STATE_HOME if that is an absolute path")
    void defaultParent_isInStateHome() {
        assertThat(DataDirectory.defaultParent(Map.of("XDG_STATE_HOME", "/state"), HOME, Path.of("/src/gateway")))
                .startsWithRaw(Path.of("/state/ginkgo"));
        assertThat(DataDirectory.defaultParent(Map.of("XDG_STATE_HOME", "state"), HOME, Path.of("/src/gateway")))
                .isEqualTo(parentOf("/src/gateway"));
    }

    @Test
    @DisplayName("C-52 a start that cannot store its incarnation, for example because the disk is full, says which file"
            + " it cannot write, and what to do")
    void nextIncarnation_saysWhatCannotBeWritten(@TempDir Path folder) throws IOException {
        try (DataDirectory directory = DataDirectory.open(folder, Address.of("127.0.0.1:4440"))) {
            Path file = Files.createDirectory(Path.of(directory.toString()).resolve("starts.new"));
            assertThatThrownBy(() -> directory.nextIncarnation(Instant.EPOCH))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot write " + file + ": ")
                    .hasMessageContaining("free disk space, or set cluster.data-dir");
        }
    }
}
