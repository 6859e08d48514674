package dev.ginkgo.run.dev;

import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.SettingSource;
import dev.ginkgo.run.compile.CompilerInputs;
import dev.ginkgo.run.compile.SourceCompiler;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.program.Target;
import dev.ginkgo.run.program.TargetResolver;
import dev.ginkgo.run.service.TargetOptions;
import dev.ginkgo.time.TimeSource;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The program of a session, as its files are now: loads versions of it. Used by the main thread. */
final class DevProgram {
    /** Settings of the process, which development mode does not apply. */
    private static final Set<String> WITHOUT_EFFECT =
            Set.of("ginkgo.user", "ginkgo.group", "ginkgo.umask", "ginkgo.workdir", "ginkgo.admin", "ginkgo.console");

    private final CommandContext commandContext;
    private final TargetOptions options;
    private final String targetArgument;
    private ClassLoader engines = DevProgram.class.getClassLoader();
    private boolean logConfigured;

    DevProgram(CommandContext commandContext, TargetOptions options, String targetArgument) {
        this.commandContext = commandContext;
        this.options = options;
        this.targetArgument = targetArgument;
    }

    /** Returns what the target refers to now; empty if it is invalid. */
    Optional<Target> target() {
        try {
            return Optional.of(new TargetResolver(commandContext).resolve(targetArgument));
        } catch (CommandException e) {
            return Optional.empty();
        }
    }

    /**
     * Loads a version, and watches the files on which it depends. If it cannot be loaded, those of the version before are
     * watched as well.
     *
     * @param onLogConfigured called after the log has been configured, which is done for the first version only
     * @throws CommandException if it cannot be loaded
     */
    ProgramVersion load(FileWatcher fileWatcher, Runnable onLogConfigured) {
        Instant begin = TimeSource.system().now();
        fileWatcher.beforeRead(targetFiles());
        List<CompilerInputs> inputs = new ArrayList<>();
        boolean loaded = false;
        try {
            ProgramVersion version =
                    ProgramVersion.load(commandContext, options, targetArgument, engines, inputs::add, logging -> {
                        if (!logConfigured) {
                            logging.configureDefaults();
                            onLogConfigured.run();
                        }
                    });
            engines = version.loadedTarget().engineLoader();
            loaded = true;
            return version;
        } finally {
            WatchList watchList = WatchList.of(targetFiles(), inputs, options.classPath(commandContext.directory()));
            fileWatcher.watch(loaded ? watchList : watchList.plus(fileWatcher.watchList()), begin);
        }
    }

    private List<Path> targetFiles() {
        Stream<Path> named = targetArgument.endsWith(".toml") || targetArgument.endsWith(".java")
                ? Stream.of(commandContext.directory().resolve(targetArgument).normalize())
                : Stream.empty();
        Stream<Path> source = target().map(Target::code).stream()
                .flatMap(code -> code instanceof Target.SourceFile(Path file) ? Stream.of(file) : Stream.empty());
        return Stream.concat(named, source).toList();
    }

    /**
     * Configures the log for a version, just before it starts.
     *
     * @param onLogConfigured called afterwards
     */
    void configureLog(ProgramVersion version, Runnable onLogConfigured) {
        version.logging().configure(version.validationResult(), commandContext.directory(), path -> path);
        logConfigured = true;
        onLogConfigured.run();
    }

    /** Returns the settings of a version that have a value, but no effect. */
    static List<String> settingsWithoutEffect(ProgramVersion version) {
        return version.validationResult().settings().stream()
                .filter(setting -> !setting.source().equals(SettingSource.ofDefault()))
                .map(SettingInfo::fullKey)
                .filter(WITHOUT_EFFECT::contains)
                .sorted()
                .toList();
    }

    /** Compiles the program in the background once, so that the compiler is warm at the first change. */
    void warmUpCompiler() {
        target().map(Target::code).ifPresent(code -> {
            if (code instanceof Target.SourceFile(Path file)) {
                SourceCompiler compiler =
                        new SourceCompiler(commandContext, options.classPath(commandContext.directory()));
                Thread thread = Thread.ofPlatform()
                        .daemon()
                        .name("ginkgo-dev-warm-up")
                        .unstarted(() -> {
                            try {
                                compiler.warmUp(file);
                            } catch (CommandException e) {
                                // does not compile; the session reports it
                            }
                        });
                thread.start();
            }
        });
    }
}
