package dev.ginkgo.run.cli;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.run.cli.credentials.CertCommand;
import dev.ginkgo.run.cli.credentials.TokenCommand;
import dev.ginkgo.run.cli.daemon.ConsoleCommand;
import dev.ginkgo.run.cli.daemon.ListCommand;
import dev.ginkgo.run.cli.daemon.LogCommand;
import dev.ginkgo.run.cli.daemon.Prompt;
import dev.ginkgo.run.cli.daemon.ReloadCommand;
import dev.ginkgo.run.cli.daemon.RemoveVoterCommand;
import dev.ginkgo.run.cli.daemon.RestartCommand;
import dev.ginkgo.run.cli.daemon.StatusCommand;
import dev.ginkgo.run.cli.daemon.StepDownCommand;
import dev.ginkgo.run.cli.daemon.StopCommand;
import dev.ginkgo.run.cli.daemon.ViewCommand;
import dev.ginkgo.run.cli.daemon.WaitCommand;
import dev.ginkgo.run.cli.hub.BenchPubCommand;
import dev.ginkgo.run.cli.hub.BenchSubCommand;
import dev.ginkgo.run.cli.hub.ChannelsCommand;
import dev.ginkgo.run.cli.hub.PubCommand;
import dev.ginkgo.run.cli.hub.SubCommand;
import dev.ginkgo.run.cli.hub.TopCommand;
import dev.ginkgo.run.client.ClientStreams;
import dev.ginkgo.run.output.AsciiFallbackStream;
import dev.ginkgo.run.output.ClusterView;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.DaemonViews;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.Style;
import dev.ginkgo.run.scaffold.NewCommand;
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
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The picocli command line of {@code ginkgo}: every command, its help, and usage errors. */
@Command(
        name = "ginkgo",
        description = "Runs services: starts, stops, reloads and inspects them.",
        synopsisHeading = "",
        customSynopsis = {
            "ginkgo TARGET [options]        runs a service in the foreground; short for ginkgo run",
            "ginkgo TARGET -h               prints every setting of the service",
            "ginkgo dev TARGET [options]    runs a service that a change of its files replaces",
            "ginkgo new PROJECT             creates a Maven project, or with --single a file",
            "ginkgo check TARGET [options]  checks the configuration without starting anything",
            "ginkgo start TARGET [options]  starts the service as a daemon; returns when it is ready",
            "ginkgo stop NAME…              stops daemons; returns when their processes have exited",
            "ginkgo restart NAME            stops a daemon and starts it again with the same arguments",
            "ginkgo reload NAME             reloads a daemon's configuration",
            "ginkgo status NAME             prints a daemon's state; for exit codes see its help",
            "ginkgo wait NAME               waits until a daemon is ready; with --stopped, until it has stopped",
            "ginkgo log NAME [-f] [-n N]    prints a daemon's log; --since 10m: the last ten minutes",
            "ginkgo tree NAME               prints a daemon's services; also: threads, settings",
            "ginkgo top NAME|HUB            shows services, channels and subscribers, live",
            "ginkgo channels NAME|HUB       lists the channels of a hub",
            "ginkgo cluster NAME            prints the cluster of a daemon: members, leader, voters",
            "ginkgo cluster step-down NAME  lets another node lead than that of the daemon",
            "ginkgo cluster remove NAME NODE",
            "                               removes a voter that is permanently gone",
            "ginkgo console NAME            opens a JShell inside a daemon that allows it",
            "ginkgo list                    lists daemons",
            "ginkgo systemd TARGET          prints a systemd unit for the service",
            "ginkgo pub URL [MESSAGE]       publishes on a channel of a hub",
            "ginkgo sub URL                 prints the messages of a channel of a hub",
            "ginkgo bench pub|sub URL       measures how fast a hub accepts and delivers messages",
            "ginkgo token USER              creates a token for a user of a hub, and its entry for the users file",
            "ginkgo cert [HOST…]            creates a certificate for a hub, for development",
            "ginkgo completion SHELL        prints the completion script for bash, zsh or fish",
            "ginkgo version                 prints the versions of ginkgo and Java"
        },
        footer = {
            "",
            "TARGET is a .java file, a .toml file that names its service, or a class name.",
            "NAME is the name given with start --name, or the target the daemon was started from.",
            "\"ginkgo help COMMAND\" prints the options of a command, for example \"ginkgo help run\"."
        })
final class CommandTree {
    /** Commands that need all other commands registered, because they describe them. */
    private static final Set<String> NEED_ALL_COMMANDS = Set.of("help", "completion");

    private final Main main;
    private final CommandContext commandContext;
    private final Optional<LauncherPipe> launcher;

    /**
     * @param main reports exceptions thrown by a command
     * @param launcher pipe to the launcher script, if it waits for a start
     */
    CommandTree(Main main, CommandContext commandContext, Optional<LauncherPipe> launcher) {
        this.main = main;
        this.commandContext = commandContext;
        this.launcher = launcher;
    }

    /** Runs the given command line and returns the exit code, or {@link ExitCode#KEEP_RUNNING}. */
    int run(String... arguments) {
        if (arguments.length == 0) {
            commandLine("help").usage(commandContext.err());
            return ExitCode.USAGE.number();
        }
        String[] words = normalized(subcommands().keySet(), arguments);
        Optional<String> unknown = words.length == arguments.length
                ? Optional.empty()
                : UnknownCommand.message(
                        commandContext, () -> commandLine("help").getSubcommands(), arguments);
        if (unknown.isPresent()) {
            return printUsageError(unknown.get());
        }
        // A message may begin with @, for which picocli would read a file of arguments.
        return commandLine(words[0]).setExpandAtFiles(!words[0].equals("pub")).execute(words);
    }

    /** Returns the command line with only the subcommands that the command of that name needs. */
    CommandLine commandLine(String name) {
        Map<String, Supplier<Object>> all = subcommands();
        return commandLine(NEED_ALL_COMMANDS.contains(name) ? all : Map.of(name, requireNonNull(all.get(name))));
    }

    /** Prepends {@code run} to a bare target, and replaces {@code -h} and {@code -V} by the commands they mean. */
    private static String[] normalized(Set<String> subcommands, String[] arguments) {
        String first = arguments[0];
        Optional<String> replacement = switch (first) {
            case "-h", "--help" -> Optional.of("help");
            case "-V", "--version" -> Optional.of("version");
            default -> Optional.empty();
        };
        if (replacement.isPresent()) {
            return Stream.concat(replacement.stream(), Arrays.stream(arguments).skip(1))
                    .toArray(String[]::new);
        }
        return subcommands.contains(first)
                ? arguments
                : Stream.concat(Stream.of("run"), Arrays.stream(arguments)).toArray(String[]::new);
    }

    /** Returns suppliers, because creating a command makes picocli read its annotations, which dominates startup time. */
    private Map<String, Supplier<Object>> subcommands() {
        Map<String, Supplier<Object>> all = new LinkedHashMap<>();
        all.put("run", () -> target(TargetVerb.RUN, "Runs a service in the foreground."));
        all.put("dev", () -> target(TargetVerb.DEV, "Runs a service, and replaces it when its files change."));
        all.put("new", () -> new NewCommand(commandContext));
        all.put("check", () -> target(TargetVerb.CHECK, "Checks a configuration without starting anything."));
        all.put("systemd", () -> target(TargetVerb.SYSTEMD, "Prints a systemd unit for a service."));
        all.put("pub", () -> new PubCommand(console()));
        all.put("sub", () -> new SubCommand(console(), style(), Style.isTerminal()));
        all.put("bench", this::bench);
        all.put("start", () -> target(TargetVerb.START, "Starts a service as a daemon."));
        all.put("preflight", this::preflight);
        all.put("start-again", () -> new StartAgainCommand(commandContext, main));
        all.put("stop", () -> new StopCommand(commandContext));
        all.put("restart", () -> new RestartCommand(commandContext));
        all.put("reload", () -> new ReloadCommand(commandContext));
        all.put("status", () -> new StatusCommand(commandContext));
        all.put("wait", () -> new WaitCommand(commandContext));
        all.put("log", () -> new LogCommand(commandContext));
        all.put("list", () -> new ListCommand(commandContext));
        all.put(
                "tree",
                () -> view(
                        "tree",
                        "Prints a daemon's service tree with states.",
                        tree -> DaemonViews.tree(tree, style())));
        all.put(
                "threads",
                () -> view("threads", "Prints a daemon's tasks with their stack traces.", DaemonViews::threads));
        all.put("settings", () -> view("settings", "Prints a daemon's current settings.", DaemonViews::settings));
        all.put("cluster", this::cluster);
        all.put("top", () -> new TopCommand(commandContext));
        all.put("channels", () -> new ChannelsCommand(commandContext));
        all.put("console", () -> new ConsoleCommand(commandContext));
        all.put("token", () -> new TokenCommand(commandContext));
        all.put("cert", () -> new CertCommand(commandContext));
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

    private Style style() {
        return Style.of(commandContext.environment());
    }

    private ClientStreams console() {
        return new ClientStreams(System.in, commandContext.out(), commandContext.err(), commandContext.environment());
    }

    private CommandLine target(TargetVerb targetVerb, String description) {
        CommandLine command = new CommandLine(new TargetCommand(commandContext, targetVerb, launcher));
        command.setStopAtPositional(true);
        command.getCommandSpec().usageMessage().description(description);
        return command;
    }

    /** Measures the rates of a hub; has no action without a subcommand. */
    @Command(
            description = "Measures how fast a hub accepts and delivers messages.",
            footer = {"", "For the options see \"ginkgo bench pub --help\" and \"ginkgo bench sub --help\"."})
    private static final class Bench {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Prints this help.")
        @SuppressWarnings("UnusedVariable") // read by picocli
        private boolean help;
    }

    private CommandLine bench() {
        return new CommandLine(new Bench())
                .addSubcommand("pub", new BenchPubCommand(console()))
                .addSubcommand("sub", new BenchSubCommand(console()));
    }

    private CommandLine cluster() {
        Prompt prompt = Prompt.ofTerminal();
        return view(
                        "clusters",
                        "Prints the cluster of a daemon, as its node sees it, or changes it.",
                        ClusterView::text)
                .addSubcommand("step-down", new StepDownCommand(commandContext, prompt))
                .addSubcommand("remove", new RemoveVoterCommand(commandContext, prompt));
    }

    /** Returns the hidden command that {@code restart} runs before it stops the daemon. */
    private CommandLine preflight() {
        CommandLine command = target(TargetVerb.PREFLIGHT, "Reports errors that start would report; starts nothing.");
        command.getCommandSpec().usageMessage().hidden(true);
        return command;
    }

    private CommandLine view(String what, String description, Function<ControlResponse, String> text) {
        CommandLine command = new CommandLine(new ViewCommand(commandContext, what, text));
        command.getCommandSpec().usageMessage().description(description);
        return command;
    }

    private int handleUsageError(ParameterException e) {
        List<String> suggestions =
                e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        // One of picocli's messages repeats the word.
        String problem = String.valueOf(e.getMessage()).replace("option option", "option");
        return printUsageError(problem
                + (suggestions.isEmpty()
                        ? settingHint(e)
                        : "; did you mean " + String.join(" or ", suggestions) + "?"));
    }

    /** Returns the advice for an option before a target, which may be a setting. */
    private static String settingHint(ParameterException e) {
        return e instanceof UnmatchedArgumentException unmatched
                        && unmatched.getCommandLine().getCommandSpec().userObject() instanceof TargetCommand
                ? SettingOption.of(unmatched.getUnmatched().getFirst(), List.of())
                        .map(setting -> "; " + setting.hintWithoutKeys())
                        .orElse("")
                : "";
    }

    private int printUsageError(String problem) {
        commandContext.printError("ginkgo: " + problem);
        commandContext.printError("Try \"ginkgo help\".");
        return ExitCode.USAGE.number();
    }
}
