package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ginkgo TARGET -h} and {@code ginkgo check TARGET}, which start nothing. */
class SettingsHelpTest {
    @TempDir
    private Path folder = Path.of("");

    private InProcessCommand ginkgo = new InProcessCommand(folder);

    @BeforeEach
    void writeService() {
        ginkgo = new InProcessCommand(folder)
                .withFile("Hello.java", """
                import dev.ginkgo.*;
                import java.nio.file.*;
                class Hello extends Service {
                    final Setting<String> message = setting("message", "Hello").help("Text to print");
                    final Setting<Integer> rate = setting("rate-per-minute", 60).between(1, 60_000);
                    final Setting<String> place = setting("place", String.class);
                    final Child child = add("child", new Child());
                    @Override protected void onStart() throws Exception { Files.createFile(Path.of("started")); }
                }
                class Child extends Service {
                    final Setting<String> word = setting("word", "x").secret();
                    @Override protected void onStart() throws Exception { Files.createFile(Path.of("started")); }
                }
                """)
                .withFile("hello.toml", "service = \"Hello.java\"\nplace = \"here\"\nrate-per-minute = 90\n");
    }

    @Test
    @DisplayName(
            "C-15 -h after a target prints every setting of the tree with its help, type, default, value and source")
    void printsEverySetting() throws Exception {
        // When
        int code = ginkgo.environment("GINKGO_CHILD_WORD", "hidden").run("hello.toml", "--set", "message=Hi", "-h");

        // Then
        assertThat(code).isZero();
        assertThat(ginkgo.err()).isEmpty();
        assertThat(ginkgo.out())
                .contains("""
                        service = "Hello.java"

                        message = "Hi"
                            # Text to print
                            # string; default Hello
                            # GINKGO_MESSAGE; value from --set
                        rate-per-minute = 90
                            # int; 1..60000; default 60
                            # GINKGO_RATE_PER_MINUTE; value from file hello.toml:3
                        place = "here"
                            # string; required
                            # GINKGO_PLACE; value from file hello.toml:2
                        """)
                .contains("[child]\n# word-file = \"…\" # set, not shown; names a file that holds the secret\n")
                .contains("GINKGO_CHILD_WORD; value from env GINKGO_CHILD_WORD")
                .contains("[ginkgo]\n", "stop-timeout = \"30s\"", "[log]\n", "level = \"info\"", "# file = … # not set")
                .doesNotContain("hidden");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    @DisplayName("C-24 a relative default path has the same value when the output of -h is read in another folder")
    void relativeDefault_keepsItsMeaning() {
        // Given relative and absolute defaults
        ginkgo.withFile("Paths.java", """
                import dev.ginkgo.*;
                import java.nio.file.Path;
                class Paths extends Service {
                    final Setting<Path> data = setting("data", Path.of("data"));
                    final Setting<Path> temp = setting("temp", Path.of("/tmp"));
                }
                """);
        assertThat(ginkgo.run("Paths.java", "-h")).as(ginkgo.err()).isZero();
        String settings = ginkgo.out();
        assertThat(settings)
                .contains("# data = … # data, relative to the working folder; in a file it would be relative to")
                .contains("temp = \"/tmp\"");
        // When the output is a file in another folder
        ginkgo.withFile("etc/paths.toml", settings.replace("\"Paths.java\"", "\"../Paths.java\""));
        assertThat(ginkgo.run("etc/paths.toml", "-h")).as(ginkgo.err()).isZero();
        // Then the value is still the default
        assertThat(ginkgo.out()).contains("# data = … # data, relative to the working folder");
    }

    @Test
    @DisplayName("C-13 help is printed together with the problems of the configuration")
    void printsHelpAndProblems() {
        assertThat(ginkgo.run("Hello.java", "-h", "--set", "rat-per-minute=1")).isZero();
        assertThat(ginkgo.out()).contains("# place = … # required, not set");
        assertThat(ginkgo.err()).contains("did you mean \"rate-per-minute\"?").contains("place");
    }

    @Test
    @DisplayName("-h before a target, or without one, prints the usage of the command")
    void printsUsage() {
        assertThat(ginkgo.run("run", "-h", "Hello.java")).isZero();
        assertThat(ginkgo.out()).contains("Usage: ginkgo run").contains("--class-path");
        assertThat(ginkgo.run("-h")).isZero();
        assertThat(ginkgo.out()).contains("ginkgo TARGET -h").doesNotContain("warm-up");
    }

    @Test
    @DisplayName("R-24 check prints ok, or every problem with its position, and starts nothing")
    void checksConfiguration() {
        assertThat(ginkgo.run("check", "hello.toml")).isZero();
        assertThat(ginkgo.out()).startsWith("ok: Hello (hello.toml)");

        ginkgo.withFile("hello.toml", "service = \"Hello.java\"\nrate-per-minute = 0\nrat = 1\n[child]\nwrd = 1\n");
        assertThat(ginkgo.run("check", "hello.toml")).isEqualTo(78);
        assertThat(ginkgo.err())
                .contains("hello.toml:2:", "0 is outside 1..60000")
                .contains("hello.toml:3:1", "hello.toml:5:1")
                .contains("place")
                .contains("4 problems in the configuration of Hello (hello.toml); nothing was started.");
        assertThat(folder.resolve("started")).doesNotExist();
    }

    @Test
    @DisplayName("run with an invalid configuration prints every problem and exits with 78")
    void rejectsInvalidConfiguration() {
        assertThat(ginkgo.run("Hello.java", "--set", "rate-per-minute=0")).isEqualTo(78);
        assertThat(ginkgo.err())
                .contains("0 is outside 1..60000")
                .contains("place")
                .contains("2 problems");
    }

    @Test
    @DisplayName("an invalid command line exits with 64 and suggests the nearest option")
    void rejectsInvalidCommandLine() {
        assertThat(ginkgo.run()).isEqualTo(64);
        assertThat(ginkgo.run("run")).isEqualTo(64);
        assertThat(ginkgo.run("Hello.java", "--sett", "a=b")).isEqualTo(64);
        assertThat(ginkgo.err()).contains("'--sett'").contains("--set");
        assertThat(ginkgo.run("Hello.java", "argument")).isEqualTo(64);
        assertThat(ginkgo.err()).contains("a service takes no arguments: argument");
    }
}
