package dev.ginkgo.run.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the line of the user's source that a stack frame stands on. */
public interface SourceLines {

    /** The line without its indent, where the source is at hand. */
    Optional<String> line(StackTraceElement frame);

    /** Where there are classes only. */
    static SourceLines none() {
        return frame -> Optional.empty();
    }

    /** The sources below a folder, for classes that were compiled from there. */
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
                return Optional.empty(); // gone or changed since it was compiled; the frame alone still helps
            }
        };
    }
}
