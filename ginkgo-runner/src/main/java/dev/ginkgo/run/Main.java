package dev.ginkgo.run;

import dev.ginkgo.run.hub.Console;
import dev.ginkgo.run.hub.Pub;
import dev.ginkgo.run.hub.Sub;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code ginkgo} command. Its exit codes are {@link ExitCode}. */
@Command(
        name = "ginkgo",
        description = "Services as nested modules that start, stop and reload.",
        synopsisHeading = "",
        customSynopsis = {
            "ginkgo TARGET [options]        starts it in the foreground, as ginkgo run does",
            "ginkgo TARGET -h               prints every setting of it",
            "ginkgo check TARGET [options]  checks its configuration, starts nothing",
            "ginkgo start TARGET [options]  starts it as a daemon, and waits until it is ready",
            "ginkgo stop NAME               stops a daemon, and waits until it is gone",
            "ginkgo restart NAME            stops it and starts it again as it was started",
            "ginkgo reload NAME             lets it read its configuration again",
            "ginkgo status NAME             says how it is; the exit codes are in its help",
            "ginkgo log NAME [-f]           prints its log",
            "ginkgo tree NAME               prints its services; threads, settings likewise",
            "ginkgo console NAME            opens a JShell inside a daemon that allows it",
            "ginkgo list                    lists the daemons",
            "ginkgo systemd TARGET          prints a unit for systemd that runs it",
            "ginkgo pub URL [FILE]          publishes on a channel of a hub",
            "ginkgo sub URL                 prints what is published on a channel of a hub",
            "ginkgo completion              prints the completion for bash and zsh",
            "ginkgo version"
        },
        footer = {
            "",
            "A TARGET is a .java file, a .toml file that names its service, or the name of a class.",
            "A NAME is given by start --name, or follows from the target, which may stand in its place.",
            "\"ginkgo help run\" has the options; so has help of each of the others."
        })
public final class Main {
    /** What is returned when a main method has returned: the process goes on as long as its threads. */
    static final int RUNS_ON = -1;

    private final Terminal terminal;
    private final Optional<Launcher> launcher;

    Main(Terminal terminal) {
        this(terminal, Optional.empty());
    }

    /**
     * @param launcher the script that waits for a start
     */
    Main(Terminal terminal, Optional<Launcher> launcher) {
        this.terminal = terminal;
        this.launcher = launcher;
    }

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        Optional<Launcher> launcher = Launcher.ofProcess();
        int code = new Main(Terminal.ofProcess(), launcher).run(arguments);
        launcher.ifPresent(waiting -> waiting.end(code));
        if (code != RUNS_ON) {
            System.exit(code);
        }
    }

    /** Runs the command, and gives the exit code or {@link #RUNS_ON}. */
    int run(String... arguments) {
        CommandLine command = commands();
        if (arguments.length == 0) {
            command.usage(terminal.err());
            return ExitCode.USAGE.number();
        }
        return command.execute(normalized(command, arguments));
    }

    /** With {@code run} put in front of a target, and the options that everybody tries first as commands. */
    private static String[] normalized(CommandLine command, String[] arguments) {
        String first = arguments[0];
        Optional<String> instead = switch (first) {
            case "-h", "--help" -> Optional.of("help");
            case "-V", "--version" -> Optional.of("version");
            default -> Optional.empty();
        };
        if (instead.isPresent()) {
            return Stream.concat(instead.stream(), Arrays.stream(arguments).skip(1))
                    .toArray(String[]::new);
        }
        return command.getSubcommands().containsKey(first)
                ? arguments
                : Stream.concat(Stream.of("run"), Arrays.stream(arguments)).toArray(String[]::new);
    }

    private CommandLine commands() {
        CommandLine command = new CommandLine(this)
                .addSubcommand("run", target(TargetCommand.Verb.RUN, "Starts a service and stays in the foreground."))
                .addSubcommand("check", target(TargetCommand.Verb.CHECK, "Checks a configuration; nothing is started."))
                .addSubcommand("systemd", target(TargetCommand.Verb.SYSTEMD, "Prints a unit for systemd that runs it."))
                .addSubcommand("pub", new Pub(console()))
                .addSubcommand("sub", new Sub(console()))
                .addSubcommand("start", target(TargetCommand.Verb.START, "Starts a service as a daemon."))
                .addSubcommand("start-again", new StartAgain(terminal, this))
                .addSubcommand("stop", new StopCommand(terminal))
                .addSubcommand("restart", new RestartCommand(terminal))
                .addSubcommand("reload", new ReloadCommand(terminal))
                .addSubcommand("status", new StatusCommand(terminal))
                .addSubcommand("log", new LogCommand(terminal))
                .addSubcommand("list", new ListCommand(terminal))
                .addSubcommand("tree", view("tree", "Prints the living tree of a daemon.", Views::tree))
                .addSubcommand("threads", view("threads", "Prints a daemon's tasks with their stacks.", Views::threads))
                .addSubcommand(
                        "settings", view("settings", "Prints a daemon's settings as they are now.", Views::settings))
                .addSubcommand("console", new ConsoleCommand(terminal))
                .addSubcommand("completion", new CompletionCommand(terminal))
                .addSubcommand("version", new VersionCommand(terminal))
                .addSubcommand("help", new CommandLine.HelpCommand())
                .addSubcommand("warm-up", new WarmUp(terminal));
        command.setOut(new PrintWriter(terminal.out(), true, terminal.out().charset()));
        command.setErr(new PrintWriter(terminal.err(), true, terminal.err().charset()));
        command.setParameterExceptionHandler((e, given) -> misused(e));
        command.setExecutionExceptionHandler((e, where, parsed) -> refused(e));
        return command;
    }

    private Console console() {
        return new Console(System.in, terminal.out(), terminal.err());
    }

    private CommandLine target(TargetCommand.Verb verb, String description) {
        CommandLine command = new CommandLine(new TargetCommand(terminal, verb, launcher));
        command.setStopAtPositional(true);
        command.getCommandSpec().usageMessage().description(description);
        return command;
    }

    private CommandLine view(String what, String description, Function<Values, String> text) {
        CommandLine command = new CommandLine(new ViewCommand(terminal, what, text));
        command.getCommandSpec().usageMessage().description(description);
        return command;
    }

    private int misused(ParameterException e) {
        List<String> meant = e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        terminal.tell("ginkgo: " + e.getMessage()
                + (meant.isEmpty() ? "" : "; did you mean " + String.join(" or ", meant) + "?"));
        terminal.tell("Try \"ginkgo help\".");
        return ExitCode.USAGE.number();
    }

    private int refused(Exception e) {
        if (e instanceof Refusal refusal) {
            terminal.tell(refusal.text());
            return refusal.code().number();
        }
        // A bug of ours, or a class of the user's that cannot be linked.
        terminal.tell(new Failures(true, Sources.none()).render(e));
        return ExitCode.SOFTWARE.number();
    }
}
