package dev.ginkgo.internal.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.SettingSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Precedence of the sources, and the source that is reported for a value. */
class SourcePrecedenceTest {
    private final FakeSettingsOwner root = FakeSettingsOwner.root();
    private final SettingDefinition<Integer> rate =
            root.setting("rate", 1).between(1, 100).restartRequired().help("How often");
    private final BoundTree tree = new BoundTree(root);

    private String valueAndSource(Configuration configuration) {
        BindingResult bindingResult = tree.load(configuration);
        assertThat(BoundTree.printed(bindingResult)).isEmpty();
        SettingInfo info = bindingResult.settings().getFirst();
        return info.value() + " from " + info.source();
    }

    @Test
    @DisplayName("C-13 default < file < environment < --set, and each value has its source")
    void precedence() {
        Configuration none = Configuration.empty();
        Configuration file = none.text("gateway.toml", "\nrate = 2");
        Configuration two = file.text("more.toml", "rate = 3");
        Configuration environment = two.environment(Map.of("GINKGO_RATE", "4"));
        assertThat(valueAndSource(none)).isEqualTo("1 from default");
        assertThat(valueAndSource(file)).isEqualTo("2 from file gateway.toml:2");
        assertThat(valueAndSource(two)).isEqualTo("3 from file more.toml:1");
        assertThat(valueAndSource(environment)).isEqualTo("4 from env GINKGO_RATE");
        assertThat(valueAndSource(environment.set("rate", "5"))).isEqualTo("5 from --set");
        assertThat(valueAndSource(environment.set("rate", "5").set("rate", "6")))
                .isEqualTo("6 from --set");
        assertThat(rate.get()).isEqualTo(6);
    }

    @Test
    @DisplayName("C-13 a description contains everything that help prints")
    void info() {
        assertThat(tree.load("rate = 9").settings())
                .containsExactly(new SettingInfo(
                        "rate",
                        "int",
                        "1..100",
                        "1",
                        "9",
                        new SettingSource.File("app.toml", 1, 8),
                        "How often",
                        true,
                        false,
                        false,
                        "GINKGO_RATE",
                        "app",
                        Optional.of("9")));
    }

    @Test
    @DisplayName("C-05 a missing or unreadable file is reported with its absolute path")
    void missingFile(@TempDir Path directory) throws IOException {
        Files.write(directory.resolve("binary.toml"), new byte[] {(byte) 0xff, (byte) 0xfe});
        Configuration configuration = Configuration.empty()
                .workingDirectory(directory)
                .file(Path.of("absent.toml"))
                .file(Path.of("binary.toml"))
                .file(directory);
        assertThat(tree.problems(configuration))
                .containsExactlyInAnyOrder(
                        directory.resolve("absent.toml") + ": no such file; create it, or give another file",
                        "binary.toml:1:1: this is not UTF-8; save the file as UTF-8",
                        directory + ": this is a directory; give a file in it");
    }

    @Test
    @DisplayName("C-17 a configuration lists its files, and reports whether it has any")
    void files() {
        assertThat(Configuration.empty().text("x", "").hasFiles()).isFalse();
        Configuration configuration =
                Configuration.empty().file(Path.of("a.toml")).text("x", "").file(Path.of("b.toml"));
        assertThat(configuration.hasFiles()).isTrue();
        assertThat(configuration.files()).containsExactly(Path.of("a.toml"), Path.of("b.toml"));
    }

    @Test
    @DisplayName("C-01 every load reads the files again")
    void everyLoadReadsAgain(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("app.toml");
        Configuration configuration = Configuration.empty().file(file);
        Files.writeString(file, "rate = 2");
        tree.load(configuration);
        Files.writeString(file, "\ufeffrate = 3");
        tree.load(configuration);
        assertThat(rate.get()).isEqualTo(3);
    }
}
