import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.Main;
import dev.ginkgo.run.output.CommandContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

/** {@code ginkgo EXAMPLE -h}: its output is a configuration file. */
class ExampleSettingsTest {
    private static final Path EXAMPLES = Path.of("").toAbsolutePath();

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void copyExamples() throws IOException {
        Files.createDirectory(folder.resolve("page"));
        try (Stream<Path> sources = Files.list(EXAMPLES);
                Stream<Path> pages = Files.list(EXAMPLES.resolve("page"))) {
            for (Path file :
                    Stream.concat(sources, pages).filter(Files::isRegularFile).toList()) {
                Files.copy(file, folder.resolve(EXAMPLES.relativize(file)));
            }
        }
    }

    @Test
    @DisplayName("C-15 the settings of every example are printed as TOML that, as a configuration file, gives the same")
    void helpIsConfigurationFile() throws Exception {
        List<String> targets = targets();
        assertThat(targets).contains("cluster.toml", "gateway.toml", "NumberServer.java", "HelloWorld.java");
        for (String target : targets) {
            // When
            String printed = help(target);
            TomlParseResult parsed = Toml.parse(printed);

            // Then
            assertThat(parsed.errors()).as("%s", printed).isEmpty();
            assertThat(parsed.dottedKeySet()).contains("service", "ginkgo.stop-timeout", "log.level");

            // When
            Files.writeString(folder.resolve("printed.toml"), printed);
            String again = help("printed.toml");

            // Then
            assertThat(withoutSources(again)).as(target).isEqualTo(withoutSources(printed));
            assertThat(Toml.parse(again).toJson()).isEqualTo(parsed.toJson());
        }
    }

    /** Returns the configuration files and the source files that can be started. */
    private List<String> targets() throws IOException {
        List<String> targets = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".toml") || (name.endsWith(".java") && isTarget(file))) {
                    targets.add(name);
                }
            }
        }
        return targets;
    }

    /** Returns whether a source file is a service whose constructor has no parameters. */
    private static boolean isTarget(Path file) throws IOException {
        String name = file.getFileName().toString().replace(".java", "");
        String source = Files.readString(file);
        return source.contains("class " + name + " extends Service")
                && !Pattern.compile("(?m)^    (public )?" + name + "\\([^)]")
                        .matcher(source)
                        .find();
    }

    private static List<String> withoutSources(String help) {
        return help.lines()
                .filter(line -> !line.startsWith("# Settings of "))
                .map(line -> line.replaceFirst("; value from .*", ""))
                .toList();
    }

    /** Runs the command in this process: it starts no service. */
    private String help(String target) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Main(new CommandContext(
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8),
                        Map.of("XDG_CACHE_HOME", folder.resolve("cache").toString()),
                        folder))
                .run(target, "-h");
        assertThat(err.toString(UTF_8)).as(target).isEmpty();
        assertThat(code).as(target).isZero();
        return out.toString(UTF_8);
    }
}
