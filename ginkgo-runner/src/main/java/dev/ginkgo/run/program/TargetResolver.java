package dev.ginkgo.run.program;

import static java.util.stream.Collectors.joining;

import dev.ginkgo.config.ConfigEntry;
import dev.ginkgo.config.ConfigProblem;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.RawConfig;
import dev.ginkgo.config.SettingSource;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.output.Suggestions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds out what the words of the command line, and the {@code service} key of a file, stand for. */
public final class TargetResolver {
    private static final Pattern CLASS_NAME = Pattern.compile("\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*"
            + "(\\.\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*)*");
    private static final List<String> COMMANDS = List.of(
            "run",
            "check",
            "status", // before start: "stat" is what one types for it
            "start",
            "stop",
            "restart",
            "reload",
            "log",
            "list",
            "tree",
            "threads",
            "settings",
            "console",
            "systemd",
            "pub",
            "sub",
            "completion",
            "version",
            "help");
    private static final int LISTED = 12;
    private static final int SHORTEST = 3; // of what may be the beginning of a command

    private final CommandContext commandContext;

    public TargetResolver(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    /** A {@code .java} file, a {@code .toml} file or the name of a class. */
    public Target resolve(String word) {
        if (word.endsWith(".toml")) {
            Path file = requireFile(word, commandContext.directory(), word);
            return new Target(
                    code(service(file), folder(file), commandContext.displayPath(file) + ": service = "),
                    Optional.of(file));
        }
        return new Target(code(word, commandContext.directory(), ""), Optional.empty());
    }

    private Target.Location code(String word, Path folder, String origin) {
        if (word.endsWith(".java")) {
            return new Target.SourceFile(requireFile(word, folder, origin + word));
        }
        if (CLASS_NAME.matcher(word).matches()) {
            return new Target.ClassName(word);
        }
        throw new CommandException(
                ExitCode.CONFIGURATION,
                origin + word + " is neither a .java file, nor a .toml file, nor the name of a class."
                        + suggestion(folder, word));
    }

    /** What to say of a class that is not on the class path. */
    CommandException noSuchClass(String className) {
        return new CommandException(
                ExitCode.CONFIGURATION,
                "There is no class " + className + " on the class path (--class-path adds jars and folders to it), and "
                        + className + " names no .java or .toml file."
                        + suggestion(commandContext.directory(), className)
                        + similarCommand(className)
                                .map(command -> " There is also the command " + command + ".")
                                .orElse(""));
    }

    /** Which command may have been meant: one that begins so ({@code stat}), or one that looks like it. */
    private static Optional<String> similarCommand(String word) {
        return COMMANDS.stream()
                .filter(command -> word.length() >= SHORTEST && command.startsWith(word))
                .findFirst()
                .or(() -> Suggestions.closest(word, COMMANDS));
    }

    private Path requireFile(String word, Path folder, String shown) {
        Path file = folder.resolve(word).normalize();
        if (Files.isRegularFile(file) && Files.isReadable(file)) {
            return file;
        }
        String what = Files.isRegularFile(file)
                ? " cannot be read"
                : Files.exists(file) ? " is not a file" : " does not exist";
        throw new CommandException(
                ExitCode.CONFIGURATION,
                shown + what + "; looked for " + file + "."
                        + suggestion(folder(file), String.valueOf(file.getFileName())));
    }

    private String service(Path file) {
        String name = commandContext.displayPath(file);
        RawConfig rawConfig = Configuration.empty()
                .workingDirectory(commandContext.directory())
                .file(Path.of(name))
                .load();
        if (!rawConfig.problems().isEmpty()) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    rawConfig.problems().stream()
                            .map(ConfigProblem::toString)
                            .collect(joining(System.lineSeparator())));
        }
        String advice = "; write service = \"Hello.java\" (a file beside it) or service = \"pkg.Hello\" (a class) above"
                + " its first table";
        return switch (rawConfig.root().entries().get("service")) {
            case ConfigEntry.Value(String service, SettingSource _, SettingSource _, Path _)
            when !service.isBlank() -> service;
            case null ->
                throw new CommandException(ExitCode.CONFIGURATION, name + " does not say what to run" + advice);
            case ConfigEntry.Value(String _, SettingSource key, SettingSource _, Path _) ->
                throw rejected(key, "service is empty" + advice);
            case ConfigEntry configEntry -> throw rejected(configEntry.keySource(), "service is not a string" + advice);
        };
    }

    private static CommandException rejected(SettingSource place, String why) {
        return new CommandException(
                ExitCode.CONFIGURATION, ConfigProblem.at(place, why).toString());
    }

    /** {@code " Did you mean Hello.java? Here are: …"}, as far as there is something. */
    private static String suggestion(Path folder, String wanted) {
        List<String> names = programs(folder);
        if (names.isEmpty()) {
            return "";
        }
        Optional<String> meant = Suggestions.closest(
                        stem(wanted), names.stream().map(TargetResolver::stem).toList())
                .flatMap(stem ->
                        names.stream().filter(name -> stem(name).equals(stem)).findFirst());
        String here = names.stream().limit(LISTED).collect(joining(", ")) + (names.size() > LISTED ? ", …" : "");
        return meant.map(name -> " Did you mean " + name + "?").orElse("") + " Here are: " + here + ".";
    }

    private static List<String> programs(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".java") || name.endsWith(".toml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of(); // a folder that cannot be listed has nothing to propose
        }
    }

    private static String stem(String name) {
        return name.replaceFirst("\\.(java|toml)$", "");
    }

    private static Path folder(Path file) {
        Path parent = file.getParent();
        return parent == null ? file.toAbsolutePath().getRoot() : parent;
    }
}
