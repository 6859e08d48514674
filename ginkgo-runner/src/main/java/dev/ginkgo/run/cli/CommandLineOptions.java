package dev.ginkgo.run.cli;

import dev.ginkgo.run.service.TargetOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code run}, {@code start}, {@code check} and {@code systemd}, given before the target or, if it is a service, after it. */
final class CommandLineOptions {
    @Option(
            names = "--set",
            paramLabel = "key=value",
            description = "Sets one key; takes precedence over files and environment. May be repeated.")
    Map<String, String> set = new LinkedHashMap<>();

    @Option(
            names = {"--class-path", "-cp"},
            paramLabel = "PATH",
            description = "Jars and class folders of the program, separated by the platform's path separator (:).")
    List<String> classPath = new ArrayList<>();

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "The service to start, if the file has several services or also a main method.")
    @Nullable
    String service;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The daemon's name; by default derived from the target. With run: registers the process"
                    + " under it.")
    @Nullable
    String name;

    @Option(names = "--pid", paramLabel = "FILE", description = "The pidfile to use instead of the default one.")
    @Nullable
    String pid;

    @Option(
            names = "--dashboard",
            negatable = true,
            description = "Serves a dashboard of the process on loopback; by default if a user other than root runs the"
                    + " program on a terminal. Sets ginkgo.dashboard to on or off.")
    @Nullable
    Boolean dashboard;

    @Option(names = "--stack-traces", description = "Prints exceptions with complete stack traces.")
    boolean stackTraces;

    @Option(
            names = {"-h", "--help"},
            description = "Before the target: prints this help. After it: prints every setting of the target.")
    boolean help;

    /** Returns these options combined with later ones, which take precedence. */
    TargetOptions mergedWith(CommandLineOptions later) {
        Map<String, String> settings = new LinkedHashMap<>(set);
        settings.putAll(later.set);
        Boolean withDashboard = later.dashboard == null ? dashboard : later.dashboard;
        if (withDashboard != null) {
            settings.put("ginkgo.dashboard", withDashboard ? "on" : "off");
        }
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
