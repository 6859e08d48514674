package dev.ginkgo.run.dev;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.ValidationResult;
import dev.ginkgo.run.compile.CompilerInputs;
import dev.ginkgo.run.log.LogConfigurator;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import dev.ginkgo.run.program.Program;
import dev.ginkgo.run.program.Target;
import dev.ginkgo.run.service.LifecycleMessages;
import dev.ginkgo.run.service.LoadedTarget;
import dev.ginkgo.run.service.TargetOptions;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One version of the program, with a class loader of its own: loaded and validated, then started and stopped at most once.
 * When it is closed, nothing in this process refers to its classes, unless the program itself has left something behind.
 *
 * <p>Used by the main thread, except {@link #root} and {@link #tree}.
 */
final class ProgramVersion implements AutoCloseable {
    private final LoadedTarget loadedTarget;
    private final LoadedTarget.Prepared prepared;
    private final ValidationResult validationResult;
    private volatile @Nullable Ginkgo tree;

    private ProgramVersion(
            LoadedTarget loadedTarget, LoadedTarget.Prepared prepared, ValidationResult validationResult) {
        this.loadedTarget = loadedTarget;
        this.prepared = prepared;
        this.validationResult = validationResult;
    }

    /**
     * Compiles and loads the program, instantiates its service and validates the configuration.
     *
     * @param earlierEngines loader of the engines of an earlier version
     * @param inputs receives the source files on which the program depends, also if they do not compile
     * @param beforeInstantiation called before the constructor of the service
     * @throws CommandException if this is not possible
     */
    static ProgramVersion load(
            CommandContext commandContext,
            TargetOptions options,
            String targetArgument,
            ClassLoader earlierEngines,
            Consumer<CompilerInputs> inputs,
            Consumer<LogConfigurator> beforeInstantiation) {
        LoadedTarget loadedTarget = new LoadedTarget(commandContext, options, targetArgument, earlierEngines, inputs);
        if (loadedTarget.program() instanceof Program.MainProgram) {
            close(loadedTarget);
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    targetArgument + " has a main method, which cannot be stopped and replaced;"
                            + " use --service to select a service in it, or start it with ginkgo run.");
        }
        Thread thread = Thread.currentThread();
        ClassLoader contextLoader = thread.getContextClassLoader();
        thread.setContextClassLoader(loadedTarget.loader());
        try {
            LoadedTarget.Prepared prepared = loadedTarget.prepare(beforeInstantiation);
            return new ProgramVersion(loadedTarget, prepared, prepared.builder().validate());
        } catch (RuntimeException | Error e) {
            close(loadedTarget);
            throw e;
        } finally {
            thread.setContextClassLoader(contextLoader);
        }
    }

    /**
     * Starts the tree. Its threads, unlike this one, have the loader of the program as context class loader.
     *
     * @throws dev.ginkgo.config.ConfigException if the configuration has changed since it was validated
     * @throws dev.ginkgo.lifecycle.StartException if a service did not start
     */
    Ginkgo start() {
        Thread thread = Thread.currentThread();
        ClassLoader contextLoader = thread.getContextClassLoader();
        thread.setContextClassLoader(loadedTarget.loader());
        try {
            Ginkgo started = prepared.builder().start();
            tree = started;
            return started;
        } finally {
            thread.setContextClassLoader(contextLoader);
        }
    }

    /** Returns the running tree. Any thread. */
    Optional<Ginkgo> tree() {
        return Optional.ofNullable(tree);
    }

    /** Returns the root of the tree. Any thread. */
    Service root() {
        return prepared.service();
    }

    boolean isRunning() {
        return tree != null;
    }

    /**
     * Stops the tree, if it is running.
     *
     * @throws dev.ginkgo.lifecycle.StopException if the stop was not clean
     */
    void stop() {
        Ginkgo running = tree;
        tree = null;
        if (running != null) {
            running.stop();
        }
    }

    /** Closes the files of the class loader. Classes that are not loaded yet cannot be loaded any more. */
    @Override
    public void close() {
        close(loadedTarget);
    }

    private static void close(LoadedTarget loadedTarget) {
        try {
            loadedTarget.loader().close();
        } catch (IOException e) {
            // its files are closed when the loader is collected
        }
    }

    /** Returns whether the compiled classes are those of another version. */
    boolean hasSameClasses(ProgramVersion other) {
        return loadedTarget.loader().hasSameCompiledClasses(other.loadedTarget.loader());
    }

    ValidationResult validationResult() {
        return validationResult;
    }

    LogConfigurator logging() {
        return prepared.logging();
    }

    LifecycleMessages messages() {
        return new LifecycleMessages(loadedTarget.exceptionPrinter());
    }

    LoadedTarget loadedTarget() {
        return loadedTarget;
    }

    Target target() {
        return loadedTarget.target();
    }
}
