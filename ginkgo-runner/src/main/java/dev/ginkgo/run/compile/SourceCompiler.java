package dev.ginkgo.run.compile;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * Compiler for one source file, in memory. It works like {@code java Hello.java} except that other files in the
 * same folder are compiled on demand, and that errors are formatted by {@link CompileErrorPrinter}.
 *
 * <p>The file is parsed first, because its package declaration determines the root of the source path: with {@code
 * package a.b;} in {@code x/a/b/C.java} the root is {@code x}.
 *
 * <p>The result is cached for the next start if possible, because the compiler takes most of the startup time.
 */
public final class SourceCompiler {
    // Lint is off: warnings about the user's program were not requested.
    private static final List<String> OPTIONS =
            List.of("-proc:none", "-g", "-parameters", "-Xlint:none", "-nowarn", "-implicit:class", "-Xprefer:source");

    private final CommandContext commandContext;
    private final List<Path> classPath;
    private final Optional<ClassCache> cache;
    private final Consumer<CompilerInputs> inputs;

    /**
     * @param classPath the user's jars and folders, searched after Ginkgo's own class path
     */
    public SourceCompiler(CommandContext commandContext, List<Path> classPath) {
        this(commandContext, classPath, ignored -> {});
    }

    /**
     * @param classPath the user's jars and folders, searched after Ginkgo's own class path
     * @param inputs receives what each compilation depended on, before {@code compile} returns or throws
     */
    public SourceCompiler(CommandContext commandContext, List<Path> classPath, Consumer<CompilerInputs> inputs) {
        this.commandContext = commandContext;
        this.classPath = List.copyOf(classPath);
        this.inputs = inputs;
        cache = ClassCache.of(commandContext.environment());
    }

    /**
     * Compiles the file, or returns the cached result.
     *
     * @throws CommandException with every error if the file does not compile
     */
    public Compilation compile(Path file) {
        Optional<String> key = cache.isPresent() ? key(file) : Optional.empty();
        if (key.isEmpty()) {
            return compile(file, compiled -> {});
        }
        ClassCache classCache = cache.orElseThrow();
        Optional<CompiledClasses> found = classCache.find(key.get());
        found.map(CompilerInputs::of).ifPresent(inputs);
        return found.map(
                        classes -> new Compilation(classes.classes(), classes.classesOfFile(), Path.of(classes.root())))
                .orElseGet(() -> compile(file, compiled -> classCache.put(key.get(), compiled)));
    }

    /** Compiles the file as {@link #compile(Path)} does, and discards the result, so that the next compilation is faster. */
    public void warmUp(Path file) {
        compile(file, compiled -> {});
    }

    /** Returns everything that determines the result except the sources; empty if the class path has no fingerprint. */
    private Optional<String> key(Path file) {
        return ClassPathFingerprint.of(fullClassPath())
                .map(state -> String.join(
                        "\n",
                        "1",
                        Runtime.version().toString(),
                        System.getProperty("java.home"),
                        OPTIONS.toString(),
                        file.toAbsolutePath().toString(),
                        state));
    }

    private Compilation compile(Path file, Consumer<CompiledClasses> onSuccess) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    "the Java in " + System.getProperty("java.home")
                            + " has no compiler; ginkgo needs a JDK, not a JRE");
        }
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8)) {
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, fullClassPath());
            RecordingFileManager recorder = new RecordingFileManager(files);
            JavacTask task = (JavacTask) compiler.getTask(
                    Writer.nullWriter(),
                    recorder,
                    diagnostics,
                    OPTIONS,
                    null,
                    recorder.sources(files.getJavaFileObjects(file)));
            Path root = folder(file);
            for (CompilationUnitTree unit : task.parse()) {
                root = root(file, unit);
            }
            files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of(root));
            try {
                task.analyze();
            } finally {
                inputs.accept(CompilerInputs.of(recorder.result(file, root)));
            }
            if (CompileErrorPrinter.any(diagnostics.getDiagnostics())) {
                throw new CommandException(
                        ExitCode.DATA,
                        new CompileErrorPrinter(commandContext).render(file, diagnostics.getDiagnostics()));
            }
            task.generate();
            CompiledClasses compiled = recorder.result(file, root);
            onSuccess.accept(compiled);
            return new Compilation(compiled.classes(), compiled.classesOfFile(), root);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.CONFIGURATION, "cannot read " + commandContext.displayPath(file) + ": " + e.getMessage());
        }
    }

    private List<Path> fullClassPath() {
        Stream<Path> ginkgo = Stream.of(
                        System.getProperty("java.class.path", "").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of);
        return Stream.concat(ginkgo, classPath.stream()).toList();
    }

    private static Path root(Path file, CompilationUnitTree unit) {
        Path folder = folder(file);
        if (unit.getPackageName() == null) {
            return folder;
        }
        Path packages = Path.of("", unit.getPackageName().toString().split("\\."));
        if (!folder.endsWith(packages)) {
            return folder; // the folder does not match the package: only files beside it in the unnamed package are
            // found
        }
        Path root = folder;
        for (int i = 0; i < packages.getNameCount(); i++) {
            root = folder(root);
        }
        return root;
    }

    private static Path folder(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath().getRoot() : parent;
    }
}
