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
 * Compiles one source file in memory, as {@code java Hello.java} does, with two differences: other files in
 * its folder are compiled as they are needed, and errors come as data, for {@link CompileErrorPrinter} to print.
 *
 * <p>The file is parsed before anything else is looked up, because the package that it declares says where the
 * source path begins: {@code package a.b;} in {@code x/a/b/C.java} makes it {@code x}.
 *
 * <p>What came of it is kept for the next start, where there is a cache: the compiler takes most of the time of a start.
 */
public final class SourceCompiler {
    // No lint: it is the user's program, and he did not ask for our opinion.
    private static final List<String> OPTIONS =
            List.of("-proc:none", "-g", "-parameters", "-Xlint:none", "-nowarn", "-implicit:class", "-Xprefer:source");

    private final CommandContext commandContext;
    private final List<Path> classPath;
    private final Optional<ClassCache> cache;

    /**
     * @param classPath the user's jars and folders; ours come before them
     */
    public SourceCompiler(CommandContext commandContext, List<Path> classPath) {
        this.commandContext = commandContext;
        this.classPath = List.copyOf(classPath);
        cache = ClassCache.of(commandContext.environment());
    }

    /** Compiles, or refuses with every error. */
    public Compilation compile(Path file) {
        Optional<String> key = cache.isPresent() ? key(file) : Optional.empty();
        if (key.isEmpty()) {
            return compile(file, compiled -> {});
        }
        ClassCache kept = cache.orElseThrow();
        return kept.find(key.get())
                .map(found -> new Compilation(found.classes(), found.classesOfFile(), Path.of(found.root())))
                .orElseGet(() -> compile(file, compiled -> kept.put(key.get(), compiled)));
    }

    /** All that decides what comes out, but for the sources; empty if that cannot be told. */
    private Optional<String> key(Path file) {
        return ClassPathFingerprint.of(wholeClassPath())
                .map(state -> String.join(
                        "\n",
                        "1",
                        Runtime.version().toString(),
                        System.getProperty("java.home"),
                        OPTIONS.toString(),
                        file.toAbsolutePath().toString(),
                        state));
    }

    private Compilation compile(Path file, Consumer<CompiledClasses> then) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new CommandException(
                    ExitCode.CONFIGURATION,
                    "The Java at " + System.getProperty("java.home")
                            + " has no compiler; ginkgo needs a JDK, not a JRE.");
        }
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8)) {
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, wholeClassPath());
            RecordingFileManager seen = new RecordingFileManager(files);
            JavacTask task = (JavacTask) compiler.getTask(
                    Writer.nullWriter(),
                    seen,
                    diagnostics,
                    OPTIONS,
                    null,
                    seen.sources(files.getJavaFileObjects(file)));
            Path root = folder(file);
            for (CompilationUnitTree unit : task.parse()) {
                root = root(file, unit);
            }
            files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of(root));
            task.analyze();
            if (CompileErrorPrinter.any(diagnostics.getDiagnostics())) {
                throw new CommandException(
                        ExitCode.DATA,
                        new CompileErrorPrinter(commandContext).render(file, diagnostics.getDiagnostics()));
            }
            task.generate();
            CompiledClasses compiled = seen.result(file, root);
            then.accept(compiled);
            return new Compilation(compiled.classes(), compiled.classesOfFile(), root);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.CONFIGURATION, commandContext.displayPath(file) + " cannot be read: " + e.getMessage());
        }
    }

    private List<Path> wholeClassPath() {
        Stream<Path> ours = Stream.of(System.getProperty("java.class.path", "").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of);
        return Stream.concat(ours, classPath.stream()).toList();
    }

    private static Path root(Path file, CompilationUnitTree unit) {
        Path folder = folder(file);
        if (unit.getPackageName() == null) {
            return folder;
        }
        Path packages = Path.of("", unit.getPackageName().toString().split("\\."));
        if (!folder.endsWith(packages)) {
            return folder; // it lies elsewhere than its package says; only files beside it without one can be found
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
