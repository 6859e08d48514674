package dev.ginkgo.run.cli;

import dev.ginkgo.run.service.TargetOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code run}, {@code start} and {@code check}. They may stand before the target and, if it is a service, after it. */
final class CommandLineOptions {
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

    /** Returns these options combined with later ones, which take precedence. */
    TargetOptions mergedWith(CommandLineOptions later) {
        Map<String, String> settings = new LinkedHashMap<>(set);
        settings.putAll(later.set);
        List<String> paths = new ArrayList<>(classPath);
        paths.addAll(later.classPath);
        return new TargetOptions(
                settings,
                paths,
                Optional.ofNullable(later.service == null ? service : later.service),
                Optional.ofNullable(later.name == null ? name : later.name),
                Optional.ofNullable(later.pid == null ? pid : later.pid),
                stackTraces || later.stackTraces);
    }
}
