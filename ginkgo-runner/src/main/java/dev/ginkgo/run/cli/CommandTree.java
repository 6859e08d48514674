package dev.ginkgo.run.cli;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.run.client.ClientStreams;
import dev.ginkgo.run.output.AsciiFallbackStream;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.DaemonViews;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.service.LauncherPipe;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** All that {@code ginkgo} can do, its help, and its complaints about how it was called; by picocli. */
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
final class CommandTree {
    /** Those that tell about the others. */
    private static final Set<String> NEED_ALL_COMMANDS = Set.of("help", "completion");

    private final Main main;
    private final CommandContext commandContext;
    private final Optional<LauncherPipe> launcher;

    /**
     * @param main has what each of them throws
     * @param launcher the script that waits for a start
     */
    CommandTree(Main main, CommandContext commandContext, Optional<LauncherPipe> launcher) {
        this.main = main;
        this.commandContext = commandContext;
        this.launcher = launcher;
    }

    /** Runs one, and gives the exit code or {@link ExitCode#KEEP_RUNNING}. */
    int run(String... arguments) {
        if (arguments.length == 0) {
            commandLine("help").usage(commandContext.err());
            return ExitCode.USAGE.number();
        }
        String[] words = normalized(subcommands().keySet(), arguments);
        return commandLine(words[0]).execute(words);
    }

    /**
     * The command line, as far as it is needed for one command.
     *
     * @param name of that command
     */
    CommandLine commandLine(String name) {
        Map<String, Supplier<Object>> all = subcommands();
        return commandLine(NEED_ALL_COMMANDS.contains(name) ? all : Map.of(name, requireNonNull(all.get(name))));
    }

    /** With {@code run} put in front of a target, and the options that everybody tries first as commands. */
    private static String[] normalized(Set<String> subcommands, String[] arguments) {
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
        return subcommands.contains(first)
                ? arguments
                : Stream.concat(Stream.of("run"), Arrays.stream(arguments)).toArray(String[]::new);
    }

    /** Made when they are asked for: picocli reads the annotations of each, which takes longer than all the rest. */
    private Map<String, Supplier<Object>> subcommands() {
        Map<String, Supplier<Object>> all = new LinkedHashMap<>();
        all.put("run", () -> target(TargetVerb.RUN, "Starts a service and stays in the foreground."));
        all.put("check", () -> target(TargetVerb.CHECK, "Checks a configuration; nothing is started."));
        all.put("systemd", () -> target(TargetVerb.SYSTEMD, "Prints a unit for systemd that runs it."));
        all.put("pub", () -> new PubCommand(console()));
        all.put("sub", () -> new SubCommand(console()));
        all.put("start", () -> target(TargetVerb.START, "Starts a service as a daemon."));
        all.put("rehearse", this::rehearsal);
        all.put("start-again", () -> new StartAgainCommand(commandContext, main));
        all.put("stop", () -> new StopCommand(commandContext));
        all.put("restart", () -> new RestartCommand(commandContext));
        all.put("reload", () -> new ReloadCommand(commandContext));
        all.put("status", () -> new StatusCommand(commandContext));
        all.put("log", () -> new LogCommand(commandContext));
        all.put("list", () -> new ListCommand(commandContext));
        all.put("tree", () -> view("tree", "Prints the living tree of a daemon.", DaemonViews::tree));
        all.put("threads", () -> view("threads", "Prints a daemon's tasks with their stacks.", DaemonViews::threads));
        all.put(
                "settings",
                () -> view("settings", "Prints a daemon's settings as they are now.", DaemonViews::settings));
        all.put("console", () -> new ConsoleCommand(commandContext));
        all.put("completion", () -> new CompletionCommand(commandContext));
        all.put("version", () -> new VersionCommand(commandContext));
        all.put("help", CommandLine.HelpCommand::new);
        all.put("warm-up", () -> new WarmUpCommand(commandContext));
        return all;
    }

    private CommandLine commandLine(Map<String, Supplier<Object>> subcommands) {
        CommandLine command = new CommandLine(this);
        subcommands.forEach((name, subcommand) -> command.addSubcommand(name, subcommand.get()));
        command.setOut(AsciiFallbackStream.writer(commandContext.out()));
        command.setErr(AsciiFallbackStream.writer(commandContext.err()));
        command.setParameterExceptionHandler((e, given) -> handleUsageError(e));
        command.setExecutionExceptionHandler((e, where, parsed) -> main.reportFailure(e));
        return command;
    }

    private ClientStreams console() {
        return new ClientStreams(System.in, commandContext.out(), commandContext.err());
    }

    private CommandLine target(TargetVerb targetVerb, String description) {
        CommandLine command = new CommandLine(new TargetCommand(commandContext, targetVerb, launcher));
        command.setStopAtPositional(true);
        command.getCommandSpec().usageMessage().description(description);
        return command;
    }

    /** For {@code restart}. */
    private CommandLine rehearsal() {
        CommandLine command = target(TargetVerb.REHEARSE, "Finds what start would refuse; nothing is started.");
        command.getCommandSpec().usageMessage().hidden(true);
        return command;
    }

    private CommandLine view(String what, String description, Function<ControlResponse, String> text) {
        CommandLine command = new CommandLine(new ViewCommand(commandContext, what, text));
        command.getCommandSpec().usageMessage().description(description);
        return command;
    }

    private int handleUsageError(ParameterException e) {
        List<String> meant = e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        String wrong = String.valueOf(e.getMessage()).replace("option option", "option"); // as picocli has it once
        commandContext.printError(
                "ginkgo: " + wrong + (meant.isEmpty() ? "" : "; did you mean " + String.join(" or ", meant) + "?"));
        commandContext.printError("Try \"ginkgo help\".");
        return ExitCode.USAGE.number();
    }
}
