package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Suggestions for mistyped commands, and for options that are settings. */
class UsageErrorTest {
    @TempDir
    private Path folder = Path.of("");

    private InProcessCommand ginkgo = new InProcessCommand(folder);

    @BeforeEach
    void writeHello() {
        ginkgo = new InProcessCommand(folder).withFile("Hello.java", """
            import dev.ginkgo.*;
            class Hello extends Service {
                final Setting<Integer> rate = setting("rate-per-minute", 60);
            }
            """);
    }

    @Test
    @DisplayName("R-50 a mistyped or abbreviated command is reported with the command that it resembles; exit code 64")
    void suggestsCommand_forMistypedWord() {
        assertReports("unknown command \"strat\"; did you mean \"start\"?", "strat", "Hello.java");
        assertReports("unknown command \"chekc\"; did you mean \"check\"?", "chekc");
        assertReports("unknown command \"stat\"; did you mean \"status\"?", "stat", "hello");
        assertReports("unknown command \"sto\"; did you mean \"stop\"?", "sto", "hello");
    }

    @Test
    @DisplayName("R-50 a program with a similar name is suggested, too")
    void suggestsProgram_besideCommand() {
        assertReports("unknown command \"helo\"; did you mean \"help\" or Hello.java?", "helo");
    }

    @Test
    @DisplayName("R-50 hidden commands are not suggested; a word that resembles nothing is a class that was not found")
    void suggestsNothing_forOtherWords() {
        assertThat(ginkgo.run("preflihgt")).isEqualTo(78);
        assertThat(ginkgo.err()).contains("class preflihgt was not found");
        assertThat(ginkgo.run("strat", "-cp", folder.toString())).isEqualTo(78);
        assertThat(ginkgo.err()).contains("class strat was not found");
    }

    @Test
    @DisplayName("R-51 an option that is a setting is reported with the --set that applies it; exit code 64")
    void suggestsSet_forOptionThatIsSetting() {
        assertReports(
                "Unknown option: '--rate-per-minute=600'; it is a setting: use --set rate-per-minute=600",
                "Hello.java",
                "--rate-per-minute=600");
        assertReports(
                "Unknown option: '--rate-per-minute'; it is a setting: use --set rate-per-minute=600",
                "check",
                "Hello.java",
                "--rate-per-minute",
                "600");
        assertReports(
                "Unknown option: '--ginkgo.workdir=a b'; it is a setting: use --set 'ginkgo.workdir=a b'",
                "run",
                "Hello.java",
                "--ginkgo.workdir=a b");
    }

    @Test
    @DisplayName("R-51 an option that resembles a setting, or stands before the target, gets a suggestion")
    void suggestsSet_forSimilarOption() {
        assertReports(
                "Unknown option: '--rate-per-minut=600'; did you mean --set rate-per-minute=600?",
                "Hello.java",
                "--rate-per-minut=600");
        assertReports(
                "Unknown option: '--rate-per-minute=600'; if it is a setting, use --set rate-per-minute=600",
                "--rate-per-minute=600",
                "Hello.java");
    }

    @Test
    @DisplayName("R-51 the settings of a target that does not compile are not known; the usage error is reported")
    void reportsUsageError_ifTargetDoesNotCompile() {
        ginkgo.withFile("Broken.java", "class Broken {");
        assertReports("Unknown option: '--rate=1'", "check", "--name", "x", "Hello.java", "--rate=1");
        assertThat(ginkgo.run("start", "Broken.java", "--rate=1")).isEqualTo(64);
        assertThat(ginkgo.err()).contains("Unknown option: '--rate=1'");
    }

    private void assertReports(String problem, String... words) {
        assertThat(ginkgo.run(words)).isEqualTo(64);
        assertThat(ginkgo.err().lines().findFirst()).contains("ginkgo: " + problem);
    }
}
