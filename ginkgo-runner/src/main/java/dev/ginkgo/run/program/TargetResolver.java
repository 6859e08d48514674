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

/** Resolves a target given on the command line, and the {@code service} key of a configuration file. */
public final class TargetResolver {
    private static final Pattern CLASS_NAME = Pattern.compile("\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*"
            + "(\\.\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*)*");
    private static final int MAX_LISTED = 12;

    private final CommandContext commandContext;

    public TargetResolver(CommandContext commandContext) {
        this.commandContext = commandContext;
    }

    /** Resolves a {@code .java} file, a {@code .toml} file or a class name. */
    public Target resolve(String target) {
        if (target.endsWith(".toml")) {
            Path file = requireFile(target, commandContext.directory(), target);
            return new Target(
                    code(service(file), folder(file), commandContext.displayPath(file) + ": service = "),
                    Optional.of(file));
        }
        return new Target(code(target, commandContext.directory(), ""), Optional.empty());
    }

    private Target.Location code(String target, Path folder, String origin) {
        if (target.endsWith(".java")) {
            return new Target.SourceFile(requireFile(target, folder, origin + target));
        }
        if (CLASS_NAME.matcher(target).matches()) {
            return new Target.ClassName(target);
        }
        throw new CommandException(
                ExitCode.CONFIGURATION,
                origin + target + " is not a .java file, a .toml file or a class name." + suggestion(folder, target));
    }

    /** Returns the error for a class that is not on the class path. */
    CommandException noSuchClass(String className) {
        return new CommandException(
                ExitCode.CONFIGURATION,
                "class " + className + " was not found on the class path (--class-path adds jars and folders), and "
                        + className + " is not a .java or .toml file."
                        + suggestion(commandContext.directory(), className));
    }

    /** Returns the name of the program in the working directory that resembles {@code wanted}. */
    public Optional<String> similarProgram(String wanted) {
        return closest(programs(commandContext.directory()), wanted);
    }

    private Path requireFile(String target, Path folder, String label) {
        Path file = folder.resolve(target).normalize();
        if (Files.isRegularFile(file) && Files.isReadable(file)) {
            return file;
        }
        String problem = Files.isRegularFile(file)
                ? " cannot be read"
                : Files.exists(file) ? " is not a file" : " does not exist";
        throw new CommandException(
                ExitCode.CONFIGURATION,
                label + problem + "; looked for " + file + "."
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
        String advice =
                "; add service = \"Hello.java\" (a file in the same folder) or service = \"pkg.Hello\" (a class)"
                        + " before the first table";
        ConfigEntry entry = rawConfig.root().entries().get("service");
        if (entry == null) {
            throw new CommandException(ExitCode.CONFIGURATION, name + " has no key service" + advice);
        }
        if (!(entry instanceof ConfigEntry.Value value && value.value() instanceof String service)) {
            throw rejected(entry.keySource(), "service is not a string" + advice);
        }
        if (service.isBlank()) {
            throw rejected(entry.keySource(), "service is empty" + advice);
        }
        return service;
    }

    private static CommandException rejected(SettingSource place, String why) {
        return new CommandException(
                ExitCode.CONFIGURATION, ConfigProblem.at(place, why).toString());
    }

    /** Returns {@code " Did you mean Hello.java? Programs in this folder: …"}, or less if there is nothing to suggest. */
    private static String suggestion(Path folder, String wanted) {
        List<String> names = programs(folder);
        if (names.isEmpty()) {
            return "";
        }
        String listed =
                names.stream().limit(MAX_LISTED).collect(joining(", ")) + (names.size() > MAX_LISTED ? ", …" : "");
        return closest(names, wanted).map(name -> " Did you mean " + name + "?").orElse("")
                + " Programs in this folder: " + listed + ".";
    }

    private static Optional<String> closest(List<String> names, String wanted) {
        return Suggestions.closest(
                        stem(wanted), names.stream().map(TargetResolver::stem).toList())
                .flatMap(stem ->
                        names.stream().filter(name -> stem(name).equals(stem)).findFirst());
    }

    private static List<String> programs(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".java") || name.endsWith(".toml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of(); // no suggestions
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
