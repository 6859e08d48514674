package dev.ginkgo.run.service;

import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a target is to be loaded and run.
 *
 * @param settings settings that override files and environment, by key
 * @param classPath entries as they were given; each may hold several paths
 * @param service the service to start, where the target has several
 * @param name the name of the daemon
 * @param pidFileArgument the pidfile, as it was given
 * @param stackTraces whether exceptions are printed with every frame
 */
public record TargetOptions(
        Map<String, String> settings,
        List<String> classPath,
        Optional<String> service,
        Optional<String> name,
        Optional<String> pidFileArgument,
        boolean stackTraces) {

    /** The user's class path; a {@code *} at the end of a folder stands for its jars, as with {@code java}. */
    List<Path> classPath(Path directory) {
        return classPath.stream()
                .flatMap(entry -> Stream.of(entry.split(File.pathSeparator)))
                .filter(entry -> !entry.isEmpty())
                .flatMap(entry -> expand(directory, entry))
                .toList();
    }

    /** As words that mean the same from any folder. */
    List<String> arguments(Path directory) {
        List<String> words = new ArrayList<>();
        settings.forEach((key, value) -> words.addAll(List.of("--set", key + "=" + value)));
        classPath(directory).forEach(entry -> words.addAll(List.of("--class-path", entry.toString())));
        service.ifPresent(name -> words.addAll(List.of("--service", name)));
        return words;
    }

    /** Whether the process is to be found by others. */
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
