package dev.ginkgo.run.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.run.output.CommandException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the command finds the location of settings outside the machine, and what it says if it cannot open it. */
class SettingsLocationTest {
    private static final String ETCD = "etcd://10.0.0.1:2379/gateway/";

    @TempDir
    private Path home = Path.of("");

    private static Optional<String> engine(Configuration configuration) {
        return SettingsLocation.of(configuration.load()).map(SettingsLocation::engine);
    }

    @Test
    @DisplayName("E-10 the location is a setting in a file, a variable or --set; its scheme selects the engine")
    void findsTheLocation() {
        assertThat(engine(Configuration.empty())).isEmpty();
        assertThat(engine(Configuration.empty().text("a.toml", "ginkgo.source = ''")))
                .isEmpty();
        assertThat(engine(Configuration.empty().text("a.toml", "[ginkgo]\nsource = '" + ETCD + "'")))
                .contains("etcd");
        assertThat(engine(Configuration.empty().environment(Map.of("GINKGO_GINKGO_SOURCE", ETCD))))
                .contains("etcd");
        assertThat(engine(Configuration.empty()
                        .text("a.toml", "ginkgo.source = 'file:/x'")
                        .set("ginkgo.source", ETCD)))
                .contains("etcd");
    }

    @Test
    @DisplayName("E-10 an engine that is not installed is named with its artifact and folder; a location without scheme"
            + " is rejected")
    void namesWhatIsMissing() {
        Configuration configuration = Configuration.empty().set("ginkgo.source", ETCD);
        EngineJars engineJars = EngineJars.of(Optional.of(home), configuration);
        SettingsLocation location = SettingsLocation.of(configuration.load()).orElseThrow();
        ClassLoader none = ClassLoader.getPlatformClassLoader();

        assertThatThrownBy(() -> location.open(none, engineJars, home))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("ginkgo.source is " + ETCD)
                .hasMessageContaining(
                        "it is the artifact dev.ginkgo:ginkgo-etcd: put its jars into " + home.resolve("engines/etcd"));
        assertThatThrownBy(() -> SettingsLocation.of(Configuration.empty()
                        .set("ginkgo.source", "10.0.0.1/gateway")
                        .load()))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("\"10.0.0.1/gateway\", which is not a location");
    }
}
