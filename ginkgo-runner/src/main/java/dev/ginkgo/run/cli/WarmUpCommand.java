package dev.ginkgo.run.cli;

import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * Does once what every start does (compile, bind, start, log, stop), so that the launcher can archive the classes
 * that it takes. Hidden: it is for {@code java -XX:ArchiveClassesAtExit}.
 */
@Command(hidden = true, description = "Loads what a start needs.")
final class WarmUpCommand implements Callable<Integer> {
    private static final List<List<String>> CLIENT_COMMANDS = List.of(
            List.of("status", "warm-up"),
            List.of("status", "nobody"),
            List.of("stop", "warm-up"),
            List.of("reload", "warm-up"),
            List.of("tree", "warm-up"),
            List.of("log", "warm-up"),
            List.of("list", "--all"),
            List.of("pub", "http://127.0.0.1:1/warm-up", "--help"),
            List.of("sub", "http://127.0.0.1:1/warm-up"));

    private final CommandContext commandContext;

    WarmUpCommand(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    @Override
    public Integer call() throws IOException {
        Path folder = Files.createTempDirectory("ginkgo-warm-up");
        Path source = folder.resolve("WarmUp.java");
        Path configuration = folder.resolve("warm-up.toml");
        try (InputStream program = WarmUpCommand.class.getResourceAsStream("WarmUp.java.txt")) {
            Files.write(source, program == null ? new byte[0] : program.readAllBytes());
            Files.write(
                    configuration,
                    List.of(
                            "# With what configurations have, comments too.",
                            "service = \"WarmUp.java\"",
                            "",
                            "pause = \"1ms\" # of a line too",
                            "times = 1",
                            "[log]",
                            "level = \"debug\""));
            // With a cache, so that the second start is one without the compiler, as most are.
            Main quiet = new Main(new CommandContext(
                    silent(),
                    silent(),
                    Map.of(
                            "XDG_CACHE_HOME",
                            folder.resolve("cache").toString(),
                            "XDG_STATE_HOME",
                            folder.resolve("state").toString(),
                            "XDG_RUNTIME_DIR",
                            folder.resolve("run").toString(),
                            "HOME",
                            folder.toString()),
                    folder));
            for (List<String> words : List.of(
                    List.of("check", "warm-up.toml"),
                    List.of("warm-up.toml", "-h"),
                    List.of("WarmUp.java", "--set", "pause=2ms"),
                    List.of("run", "warm-up.toml", "--name", "warm-up"))) { // with a pidfile and a control socket
                int code = quiet.run(words.toArray(String[]::new));
                if (code != ExitCode.OK.number()) {
                    commandContext.printError("ginkgo " + String.join(" ", words) + " ended with " + code);
                    return code;
                }
            }
            for (List<String> words : CLIENT_COMMANDS) { // what a client loads before it finds that nobody answers
                quiet.run(words.toArray(String[]::new));
            }
            return ExitCode.OK.number();
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static PrintStream silent() {
        return new PrintStream(OutputStream.nullOutputStream());
    }
}
