package dev.ginkgo.run.cli.completion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ginkgo.run.cli.FakeDaemon;
import dev.ginkgo.run.cli.InProcessCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Completion scripts in the shells themselves, with pidfiles of a daemon that runs and of one that has stopped. */
class CompletionScriptTest {
    @TempDir
    private Path folder = Path.of("");

    private InProcessCommand ginkgo = new InProcessCommand(folder);

    @BeforeEach
    void writeFiles() throws IOException {
        ginkgo = FakeDaemon.command(folder);
        Path pids = Files.createDirectories(folder.resolve("state/ginkgo"));
        Files.writeString(pids.resolve("gateway.pid"), "4711\n{}\n");
        Files.writeString(pids.resolve("numbers.pid"), "\n{}\n");
        Files.writeString(folder.resolve("Hello.java"), "");
        Files.writeString(folder.resolve("Hello World.toml"), "");
        Files.writeString(folder.resolve("notes.txt"), "");
    }

    @Test
    @DisplayName("R-62 bash completes commands, options of a command, daemons and files")
    void completesInBash() throws Exception {
        assumeTrue(isInstalled("bash"), "bash is not installed");
        assertCompletes(this::bash);
    }

    @Test
    @DisplayName("R-62 bash completes targets with spaces, and files for options that are a file")
    void completesFilesInBash() throws Exception {
        assumeTrue(isInstalled("bash"), "bash is not installed");
        assertThat(bash("run", "Hel")).containsExactlyInAnyOrder("Hello.java", "Hello World.toml");
        assertThat(bash("Hel")).contains("Hello.java");
        assertThat(bash("log", "--pid", "no")).containsExactly("notes.txt");
        assertThat(bash("stop", "--timeout", "")).isEmpty();
    }

    @Test
    @DisplayName("R-62 zsh completes commands, options of a command, daemons and files")
    void completesInZsh() throws Exception {
        assumeTrue(isInstalled("zsh"), "zsh is not installed");
        assertCompletes(this::zsh);
        assertThat(zsh("run", "Hel")).contains("Hello.java");
    }

    @Test
    @DisplayName("R-62 fish completes commands, options of a command, daemons and files")
    void completesInFish() throws Exception {
        assumeTrue(isInstalled("fish"), "fish is not installed");
        assertCompletes(this::fish);
        assertThat(fish("run", "Hel")).contains("Hello.java").doesNotContain("notes.txt");
    }

    @Test
    @DisplayName("R-62 completion prints the script for bash by default, and rejects other shells with exit code 64")
    void printsScript() {
        assertThat(ginkgo.run("completion")).isZero();
        String bash = ginkgo.out();
        assertThat(ginkgo.run("completion", "bash")).isZero();
        assertThat(ginkgo.out())
                .isEqualTo(bash)
                .contains("complete -F _ginkgo ginkgo")
                .doesNotContain("preflight", "@");
        assertThat(ginkgo.run("completion", "tcsh")).isEqualTo(64);
        assertThat(ginkgo.err()).contains("'tcsh' is not a shell with completion");
    }

    /** Completes the last word, and returns the candidates. */
    private interface Completer {
        List<String> complete(String... words) throws Exception;
    }

    private static void assertCompletes(Completer completer) throws Exception {
        assertThat(completer.complete("st")).contains("start", "stop", "status").doesNotContain("run", "start-again");
        assertThat(completer.complete("stop", "")).contains("gateway").doesNotContain("numbers", "notes.txt");
        assertThat(completer.complete("stop", "gateway", "")).contains("gateway");
        assertThat(completer.complete("log", "")).contains("gateway", "numbers");
        assertThat(completer.complete("stop", "--ki")).containsExactly("--kill");
        assertThat(completer.complete("sub", "--no-")).containsExactly("--no-names");
        assertThat(completer.complete("bench", "p")).containsExactly("pub");
        assertThat(completer.complete("cluster", "step")).containsExactly("step-down");
        assertThat(completer.complete("cluster", "step-down", "ga")).contains("gateway");
        assertThat(completer.complete("completion", "f")).containsExactly("fish");
        assertThat(completer.complete("help", "rel")).containsExactly("reload");
        assertThat(completer.complete("dev", "Hel")).contains("Hello.java");
        assertThat(completer.complete("new", "--si")).containsExactly("--single");
    }

    private List<String> bash(String... words) throws Exception {
        Path script = script("bash");
        return execute("bash", "--norc", "-c", "source '" + script + "'\n" + call(words));
    }

    private List<String> zsh(String... words) throws Exception {
        Path script = script("zsh");
        return execute(
                        "zsh",
                        "-f",
                        "-c",
                        "source '" + script + "'\nemulate sh\nsetopt kshglob noshglob braceexpand\n" + call(words))
                .stream()
                .filter(line -> line.startsWith(words[words.length - 1])) // as zsh does with the candidates
                .toList();
    }

    /** Calls the function as the shell does when the user presses Tab. */
    private static String call(String... words) {
        StringBuilder array = new StringBuilder("COMP_WORDS=(ginkgo");
        for (String word : words) {
            array.append(" '").append(word).append('\'');
        }
        return array + ")\nCOMP_CWORD=" + words.length + "\n_ginkgo ginkgo\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
    }

    private List<String> fish(String... words) throws Exception {
        Path script = script("fish");
        return execute(
                        "fish",
                        "--no-config",
                        "-c",
                        "source '" + script + "'; complete -C 'ginkgo " + String.join(" ", words) + "'")
                .stream()
                .map(line -> line.replaceFirst("\t.*", ""))
                .filter(line -> line.startsWith(words[words.length - 1])) // fish also proposes similar words
                .toList();
    }

    private Path script(String shell) throws IOException {
        assertThat(ginkgo.run("completion", shell)).isZero();
        return Files.writeString(folder.resolve("completion." + shell), ginkgo.out());
    }

    private List<String> execute(String... command) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("XDG_STATE_HOME", folder.resolve("state").toString());
        builder.environment().put("XDG_CONFIG_HOME", folder.resolve("config").toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(out).isTrue();
        return new ArrayList<>(out.lines().filter(line -> !line.isEmpty()).toList());
    }

    private static boolean isInstalled(String shell) {
        return Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(each -> Files.isExecutable(Path.of(each, shell)));
    }
}
