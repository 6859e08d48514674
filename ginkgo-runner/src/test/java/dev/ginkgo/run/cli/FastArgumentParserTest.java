package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.output.CommandContext;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FastArgumentParserTest {
    private static final List<String> WORDS = List.of(
            "--set",
            "--set",
            "a=1",
            "b.c=x=y",
            "a=",
            "=1",
            "a",
            "--set=a=1",
            "--class-path",
            "-cp",
            "-cpx",
            "lib.jar",
            "--service",
            "--name",
            "--pid",
            "n",
            "--stack-traces",
            "-h",
            "--help",
            "--",
            "-x",
            "--nam",
            "X.java",
            "x.toml",
            "Hello",
            "pkg.Hello",
            "hello",
            "",
            "@args",
            "'q'",
            "\"q\"",
            "${x}",
            " a=b ",
            "-1",
            "a,b");

    @Test
    @DisplayName("R-20 an ordinary start is parsed without picocli, which takes longer to load than everything else")
    void parsesOrdinaryStart() {
        ParsedCommand parsed = FastArgumentParser.parse("app.toml", "--set", "bind=:0", "-cp", "a.jar", "--name", "x")
                .orElseThrow();
        assertThat(parsed.verb()).isEqualTo(TargetVerb.RUN);
        assertThat(parsed.target()).isEqualTo("app.toml");
        assertThat(parsed.after().set).containsExactly(Map.entry("bind", ":0"));
        assertThat(parsed.after().classPath).containsExactly("a.jar");
        assertThat(parsed.after().name).isEqualTo("x");
        assertThat(FastArgumentParser.parse("start", "--stack-traces", "Hello"))
                .map(ParsedCommand::arguments)
                .contains(List.of("--stack-traces", "Hello"));
    }

    @Test
    @DisplayName("R-20 other commands, help and invalid command lines are left to picocli")
    void leavesOtherCommandLinesToPicocli() {
        assertThat(FastArgumentParser.parse()).isEmpty();
        assertThat(FastArgumentParser.parse("status", "x")).isEmpty();
        assertThat(FastArgumentParser.parse("--help")).isEmpty();
        assertThat(FastArgumentParser.parse("run")).isEmpty();
        assertThat(FastArgumentParser.parse("run", "-h")).isEmpty();
        assertThat(FastArgumentParser.parse("X.java", "-h")).isEmpty();
        assertThat(FastArgumentParser.parse("X.java", "--sett", "a=b")).isEmpty();
        assertThat(FastArgumentParser.parse("X.java", "argument")).isEmpty();
    }

    @Test
    @DisplayName("R-20 picocli parses each command line that the fast parser accepts to the same result")
    void agreesWithPicocli() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < 4_000; i++) {
            List<String> words = new ArrayList<>();
            words.add(List.of("run", "dev", "check", "start", "systemd").get(random.nextInt(5)));
            for (int n = random.nextInt(9); n > 0; n--) {
                words.add(WORDS.get(random.nextInt(WORDS.size())));
            }
            Optional<ParsedCommand> parsed = FastArgumentParser.parse(words.toArray(String[]::new));
            if (parsed.isPresent()) {
                accepted++;
                assertThat(parsed.get())
                        .as("seed %d, words %s", seed, words)
                        .usingRecursiveComparison()
                        .isEqualTo(byPicocli(words));
            }
        }
        assertThat(accepted).as("seed %d", seed).isGreaterThan(40);
    }

    private static ParsedCommand byPicocli(List<String> words) {
        PrintStream discard = new PrintStream(OutputStream.nullOutputStream());
        CommandContext commandContext = new CommandContext(discard, discard, Map.of(), Path.of("/"));
        CommandTree commandTree = new CommandTree(new Main(commandContext), commandContext, Optional.empty());
        CommandLine.ParseResult result =
                commandTree.commandLine(words.getFirst()).parseArgs(words.toArray(String[]::new));
        return ((TargetCommand) result.subcommand().commandSpec().userObject()).parsedCommand();
    }
}
