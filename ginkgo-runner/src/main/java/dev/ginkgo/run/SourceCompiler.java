package dev.ginkgo.run;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Compiles one source file in memory, as {@code java Hello.java} does, with two differences: other files in
 * its folder are compiled as they are needed, and errors come as data, for {@link CompileErrors} to print.
 *
 * <p>The file is parsed before anything else is looked up, because the package that it declares says where the
 * source path begins: {@code package a.b;} in {@code x/a/b/C.java} makes it {@code x}.
 */
final class SourceCompiler {
    // No lint: it is the user's program, and he did not ask for our opinion.
    private static final List<String> OPTIONS =
            List.of("-proc:none", "-g", "-parameters", "-Xlint:none", "-nowarn", "-implicit:class");

    private final Terminal terminal;
    private final List<Path> classPath;

    /**
     * @param classPath the user's jars and folders; ours come before them
     */
    SourceCompiler(Terminal terminal, List<Path> classPath) {
        this.terminal = terminal;
        this.classPath = List.copyOf(classPath);
    }

    /** Compiles, or refuses with every error. */
    Compilation compile(Path file) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new Refusal(
                    ExitCode.CONFIGURATION,
                    "The Java at " + System.getProperty("java.home")
                            + " has no compiler; ginkgo needs a JDK, not a JRE.");
        }
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8)) {
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, wholeClassPath());
            Outputs outputs = new Outputs(files);
            JavacTask task = (JavacTask) compiler.getTask(
                    Writer.nullWriter(), outputs, diagnostics, OPTIONS, null, files.getJavaFileObjects(file));
            Path root = folder(file);
            for (CompilationUnitTree unit : task.parse()) {
                root = root(file, unit);
            }
            files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of(root));
            task.analyze();
            if (CompileErrors.any(diagnostics.getDiagnostics())) {
                throw new Refusal(
                        ExitCode.DATA, new CompileErrors(terminal).render(file, diagnostics.getDiagnostics()));
            }
            task.generate();
            return outputs.compilation(file, root);
        } catch (IOException e) {
            throw new Refusal(ExitCode.CONFIGURATION, terminal.shown(file) + " cannot be read: " + e.getMessage());
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

    /** Keeps what the compiler writes, and from which source it came. */
    private static final class Outputs extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final Map<String, ByteArrayOutputStream> written = new LinkedHashMap<>();
        private final Map<String, URI> sources = new HashMap<>();

        Outputs(StandardJavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                JavaFileManager.Location location,
                String className,
                JavaFileObject.Kind kind,
                @Nullable FileObject sibling) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            written.put(className, bytes);
            if (sibling != null) {
                sources.put(className, sibling.toUri());
            }
            return new SimpleJavaFileObject(URI.create("memory:///" + className.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return bytes;
                }
            };
        }

        Compilation compilation(Path file, Path root) {
            Map<String, byte[]> classes = written.entrySet().stream()
                    .collect(Collectors.toMap(
                            Map.Entry::getKey, entry -> entry.getValue().toByteArray()));
            List<String> ofFile = new ArrayList<>(written.keySet());
            ofFile.removeIf(name -> !file.toUri().equals(sources.get(name)));
            return new Compilation(classes, List.copyOf(ofFile), root);
        }
    }
}
