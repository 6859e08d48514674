package dev.ginkgo.run.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Looks up the source line of a stack frame. */
public interface SourceLines {

    /** Returns the line without its indentation, or empty if the source is not available. */
    Optional<String> line(StackTraceElement frame);

    /** Returns a lookup that finds nothing, for programs without sources. */
    static SourceLines none() {
        return frame -> Optional.empty();
    }

    /** Returns a lookup in the sources below a folder, for classes compiled from there. */
    static SourceLines inFolder(Path root) {
        return frame -> {
            String file = frame.getFileName();
            if (file == null
                    || frame.getLineNumber() < 1
                    || !ExceptionPrinter.USER_CLASS_LOADER_NAME.equals(frame.getClassLoaderName())) {
                return Optional.empty();
            }
            String type = frame.getClassName();
            String folder =
                    type.substring(0, Math.max(0, type.lastIndexOf('.'))).replace('.', '/');
            try (var lines = Files.lines(root.resolve(folder).resolve(file))) {
                return lines.skip(frame.getLineNumber() - 1L).findFirst().map(String::strip);
            } catch (IOException | java.io.UncheckedIOException e) {
                return Optional.empty(); // removed or changed since it was compiled; the frame alone still helps
            }
        };
    }
}
