package dev.ginkgo.run.program;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the user wants to run.
 *
 * @param code where the program is
 * @param configuration the TOML file, where one was named
 */
public record Target(Location code, Optional<Path> configuration) {

    /** Where a program is. */
    public sealed interface Location {}

    /** In a source file that exists, absolute. */
    record SourceFile(Path file) implements Location {}

    /** In a class on the class path, by its binary name. */
    record ClassName(String className) implements Location {}
}
