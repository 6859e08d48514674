package dev.ginkgo.run.cli;

import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * Performs the steps of every start once (compile, bind, start, log, stop), so that the launcher can archive the
 * classes they load. Hidden: {@code warm-up} is run with {@code java -XX:ArchiveClassesAtExit}, and {@code warm-up
 * starts}, which runs no command that needs picocli, with {@code -XX:AOTCacheOutput}: the JVM cannot create that cache
 * after it has loaded picocli's classes.
 */
@Command(hidden = true, description = "Loads the classes that a start needs.")
final class WarmUpCommand implements Callable<Integer> {
    /**
     * System property with the folder for the files of the starts, which is not deleted. The second run in a folder finds
     * the classes that the first one compiled, so that it does not load the compiler.
     */
    private static final String FOLDER = "ginkgo.warm-up.folder";

    private static final List<List<String>> STARTS = List.of(
            List.of("check", "warm-up.toml"),
            List.of("WarmUp.java", "--set", "pause=2ms"),
            List.of("run", "warm-up.toml", "--name", "warm-up")); // with a pidfile and a control socket

    private static final List<List<String>> CLIENT_COMMANDS = List.of(
            List.of("warm-up.toml", "-h"),
            List.of("status", "warm-up"),
            List.of("status", "unknown"),
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

    /** Returns whether the command line is the one that runs no command that needs picocli. */
    static boolean isStartsOnly(String... arguments) {
        return Arrays.equals(arguments, new String[] {"warm-up", "starts"});
    }

    @Override
    public Integer call() throws IOException {
        return run(CLIENT_COMMANDS);
    }

    /** Runs the starts only, without picocli. Returns the exit code. */
    int runStarts() {
        try {
            return run(List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int run(List<List<String>> clientCommands) throws IOException {
        String given = System.getProperty(FOLDER, "");
        if (!given.isEmpty()) {
            return run(Path.of(given), clientCommands);
        }
        Path folder = Files.createTempDirectory("ginkgo-warm-up");
        try {
            return run(folder, clientCommands);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private int run(Path folder, List<List<String>> clientCommands) throws IOException {
        try (InputStream program = WarmUpCommand.class.getResourceAsStream("WarmUp.java.txt")) {
            Files.write(folder.resolve("WarmUp.java"), program == null ? new byte[0] : program.readAllBytes());
        }
        Files.write(
                folder.resolve("warm-up.toml"),
                List.of(
                        "# Uses the syntax that configuration files use, including comments.",
                        "service = \"WarmUp.java\"",
                        "",
                        "pause = \"1ms\" # a comment at the end of a line",
                        "times = 1",
                        "[log]",
                        "level = \"debug\""));
        // With a class cache, so that the second start runs without the compiler, as most starts do. It is in the home
        // folder, as that of most users.
        Main quiet = new Main(new CommandContext(
                silent(),
                silent(),
                Map.of(
                        "XDG_STATE_HOME", folder.resolve("state").toString(),
                        "XDG_RUNTIME_DIR", folder.resolve("run").toString(),
                        "HOME", folder.toString()),
                folder));
        for (List<String> command : STARTS) {
            int code = quiet.run(command.toArray(String[]::new));
            if (code != ExitCode.OK.number()) {
                commandContext.printError("ginkgo " + String.join(" ", command) + " failed with exit code " + code);
                return code;
            }
        }
        for (List<String> command : clientCommands) { // loads the client classes; no daemon or hub responds
            quiet.run(command.toArray(String[]::new));
        }
        return ExitCode.OK.number();
    }

    private static PrintStream silent() {
        return new PrintStream(OutputStream.nullOutputStream());
    }
}
