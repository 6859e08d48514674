package dev.ginkgo.run;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code run}, {@code start} and {@code check}. They may stand before the target and, if it is a service, after it. */
final class Options {
    @Option(
            names = "--set",
            paramLabel = "key=value",
            description = "Sets one key of the configuration, over files and environment. May be repeated.")
    Map<String, String> set = new LinkedHashMap<>();

    @Option(
            names = {"--class-path", "-cp"},
            paramLabel = "PATH",
            description = "Jars and folders of classes that the program needs, separated as the platform does it (:).")
    List<String> classPath = new ArrayList<>();

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "The service to start, where a file has several, or has a main method besides.")
    @Nullable
    String service;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "The name under which start, or run if it is given, lets itself be found; by default the target's.")
    @Nullable
    String name;

    @Option(
            names = "--pid",
            paramLabel = "FILE",
            description = "The pidfile, in the place of the one in the folder of this user's daemons.")
    @Nullable
    String pid;

    @Option(names = "--stack-traces", description = "Prints exceptions with every frame.")
    boolean stackTraces;

    @Option(
            names = {"-h", "--help"},
            description = "Before the target: this text. After it: every setting of the target.")
    boolean help;

    /** These and those that came later, which win. */
    Options and(Options later) {
        Options all = new Options();
        all.set.putAll(set);
        all.set.putAll(later.set);
        all.classPath.addAll(classPath);
        all.classPath.addAll(later.classPath);
        all.service = later.service == null ? service : later.service;
        all.name = later.name == null ? name : later.name;
        all.pid = later.pid == null ? pid : later.pid;
        all.stackTraces = stackTraces || later.stackTraces;
        all.help = help || later.help;
        return all;
    }

    /** The user's class path; a {@code *} at the end of a folder stands for its jars, as with {@code java}. */
    List<Path> classPath(Path directory) {
        return classPath.stream()
                .flatMap(entry -> Stream.of(entry.split(File.pathSeparator)))
                .filter(entry -> !entry.isEmpty())
                .flatMap(entry -> expand(directory, entry))
                .toList();
    }

    /** As words that mean the same from any folder. */
    List<String> words(Path directory) {
        List<String> words = new ArrayList<>();
        set.forEach((key, value) -> words.addAll(List.of("--set", key + "=" + value)));
        classPath(directory).forEach(entry -> words.addAll(List.of("--class-path", entry.toString())));
        service().ifPresent(name -> words.addAll(List.of("--service", name)));
        return words;
    }

    /** Whether the process is to be found by others. */
    boolean isNamed() {
        return name != null || pid != null;
    }

    Optional<String> name() {
        return Optional.ofNullable(name);
    }

    Optional<Path> pidFile(Path directory) {
        return Optional.ofNullable(pid).map(file -> directory.resolve(file).normalize());
    }

    Optional<String> service() {
        return Optional.ofNullable(service);
    }

    private static Stream<Path> expand(Path directory, String entry) {
        if (!entry.equals("*") && !entry.endsWith(File.separator + "*")) {
            Path path = directory.resolve(entry);
            if (!path.toFile().exists()) {
                throw new Refusal(
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
