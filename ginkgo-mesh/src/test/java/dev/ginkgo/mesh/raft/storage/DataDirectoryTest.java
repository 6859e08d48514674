package dev.ginkgo.mesh.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

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
}
