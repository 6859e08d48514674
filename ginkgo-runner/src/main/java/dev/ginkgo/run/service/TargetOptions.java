package dev.ginkgo.run.service;

import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Options for loading and running a target.
 *
 * @param settings settings that override files and environment, by key
 * @param classPath entries as given on the command line; each may contain several paths
 * @param service the service to start, if the target has several
 * @param name the name of the daemon
 * @param pidFileArgument the pidfile as given on the command line
 * @param stackTraces whether exceptions are printed with complete stack traces
 */
public record TargetOptions(
        Map<String, String> settings,
        List<String> classPath,
        Optional<String> service,
        Optional<String> name,
        Optional<String> pidFileArgument,
        boolean stackTraces) {

    /** Returns the user's class path; {@code folder/*} means all jars of the folder, as with {@code java}. */
    public List<Path> classPath(Path directory) {
        return classPath.stream()
                .flatMap(entry -> Stream.of(entry.split(File.pathSeparator)))
                .filter(entry -> !entry.isEmpty())
                .flatMap(entry -> expand(directory, entry))
                .toList();
    }

    /**
     * Returns the options as arguments with absolute paths.
     *
     * @param keys selects the settings to include
     */
    List<String> arguments(Path directory, Predicate<String> keys) {
        List<String> arguments = new ArrayList<>();
        settings.forEach((key, value) -> {
            if (keys.test(key)) {
                arguments.addAll(List.of("--set", key + "=" + value));
            }
        });
        classPath(directory).forEach(entry -> arguments.addAll(List.of("--class-path", entry.toString())));
        service.ifPresent(name -> arguments.addAll(List.of("--service", name)));
        return arguments;
    }

    /** Returns whether the process is registered under a name. */
    public boolean isNamed() {
        return name.isPresent() || pidFileArgument.isPresent();
    }

    public Optional<Path> pidFile(Path directory) {
        return pidFileArgument.map(file -> directory.resolve(file).normalize());
    }

    private static Stream<Path> expand(Path directory, String entry) {
        if (!entry.equals("*") && !entry.endsWith(File.separator + "*")) {
            Path path = directory.resolve(entry);
            if (!path.toFile().exists()) {
                throw new CommandException(
                        ExitCode.CONFIGURATION, "--class-path " + entry + " does not exist; looked for " + path);
            }
            return Stream.of(path);
        }
        File[] jars = directory
                .resolve(entry.substring(0, entry.length() - 1))
                .toFile()
                .listFiles((folder, name) -> name.endsWith(".jar"));
        return jars == null ? Stream.empty() : Stream.of(jars).sorted().map(File::toPath);
    }
}
