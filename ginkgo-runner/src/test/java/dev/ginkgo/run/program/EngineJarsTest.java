package dev.ginkgo.run.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The class loader of the engines that a configuration selects. */
class EngineJarsTest {
    @TempDir
    private Path home = Path.of("");

    @Test
    @DisplayName(
            "C-42 in development mode, the classes of the same engines are loaded once, those of other engines for each version")
    void reusesLoader_ofTheSameEngines() throws IOException {
        // Given
        ClassLoader own = EngineJars.class.getClassLoader();
        for (String engine : new String[] {"mesh", "zeromq"}) {
            Files.createDirectories(home.resolve("engines/" + engine));
            Files.createFile(home.resolve("engines/" + engine + "/" + engine + ".jar"));
        }
        ClassLoader mesh = with("cluster.engine = 'mesh'").loader(own);

        // When, then
        assertThat(mesh).isNotSameAs(own);
        assertThat(with("size = 2\ncluster.engine = 'mesh'").loader(mesh)).isSameAs(mesh);
        assertThat(with("cluster.engine = 'zeromq'").loader(mesh)).isNotIn(mesh, own);
        assertThat(with("").loader(mesh)).isSameAs(own);
    }

    private EngineJars with(String toml) {
        return EngineJars.of(Optional.of(home), Configuration.empty().text("toml", toml));
    }
}
