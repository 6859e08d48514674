package dev.ginkgo.run.compile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.ForwardingJavaFileObject;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import org.jspecify.annotations.Nullable;

/**
 * File manager of one compilation. It keeps the compiler's output in memory, and records which sources the compiler
 * read and which packages it listed, so that a later start can decide whether the result is still valid.
 */
final class RecordingFileManager extends ForwardingJavaFileManager<StandardJavaFileManager> {
    private final Map<String, ByteArrayOutputStream> written = new LinkedHashMap<>();
    private final Map<String, URI> origins = new HashMap<>();
    private final Map<String, String> read = new TreeMap<>();
    private final Map<String, List<String>> packages = new TreeMap<>();

    RecordingFileManager(StandardJavaFileManager files) {
        super(files);
    }

    /** Source file that records the digest of its text when the compiler reads it. */
    private final class Source extends ForwardingJavaFileObject<JavaFileObject> {
        Source(JavaFileObject file) {
            super(file);
        }

        JavaFileObject file() {
            return fileObject;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) throws IOException {
            CharSequence text = super.getCharContent(ignoreEncodingErrors);
            read.put(Path.of(toUri()).toString(), TextDigest.of(text));
            return text;
        }
    }

    /** Wraps source files so that reads are recorded. */
    List<JavaFileObject> sources(Iterable<? extends JavaFileObject> files) {
        return StreamSupport.stream(files.spliterator(), false)
                .<JavaFileObject>map(Source::new)
                .toList();
    }

    @Override
    public Iterable<JavaFileObject> list(
            JavaFileManager.Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse)
            throws IOException {
        Iterable<JavaFileObject> found = super.list(location, packageName, kinds, recurse);
        if (location != StandardLocation.SOURCE_PATH || !kinds.contains(JavaFileObject.Kind.SOURCE)) {
            return found;
        }
        packages.put(
                packageName,
                StreamSupport.stream(found.spliterator(), false)
                        .filter(file -> file.getKind() == JavaFileObject.Kind.SOURCE)
                        .map(file -> String.valueOf(Path.of(file.toUri()).getFileName()))
                        .sorted()
                        .toList());
        return sources(found);
    }

    @Override
    public @Nullable String inferBinaryName(JavaFileManager.Location location, JavaFileObject file) {
        return super.inferBinaryName(location, unwrapped(file));
    }

    @Override
    public boolean isSameFile(FileObject a, FileObject b) {
        return super.isSameFile(unwrapped(a), unwrapped(b));
    }

    @Override
    public boolean contains(JavaFileManager.Location location, FileObject file) throws IOException {
        return super.contains(location, unwrapped(file));
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
            origins.put(className, sibling.toUri());
        }
        return new SimpleJavaFileObject(URI.create("memory:///" + className.replace('.', '/') + ".class"), kind) {
            @Override
            public OutputStream openOutputStream() {
                return bytes;
            }
        };
    }

    /**
     * Returns the result after the compiler has finished.
     *
     * @param file the compiled file
     * @param root the root folder of the source packages
     */
    CompiledClasses result(Path file, Path root) {
        Map<String, byte[]> classes = written.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().toByteArray()));
        List<String> ofFile = new ArrayList<>(written.keySet());
        ofFile.removeIf(name -> !file.toUri().equals(origins.get(name)));
        Map<String, List<String>> folders = new TreeMap<>();
        packages.forEach((name, sources) ->
                folders.put(root.resolve(name.replace('.', '/')).toString(), sources));
        return new CompiledClasses(classes, List.copyOf(ofFile), root.toString(), Map.copyOf(read), folders);
    }

    private static JavaFileObject unwrapped(JavaFileObject file) {
        return file instanceof Source source ? source.file() : file;
    }

    private static FileObject unwrapped(FileObject file) {
        return file instanceof Source source ? source.file() : file;
    }
}
