package dev.ginkgo.run.program;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Resolved target of a command.
 *
 * @param code location of the program
 * @param configuration the TOML file, if the target is one
 */
public record Target(Location code, Optional<Path> configuration) {

    /** Location of a program. */
    public sealed interface Location {}

    /** An existing source file; the path is absolute. */
    public record SourceFile(Path file) implements Location {}

    /** A class on the class path, by binary name. */
    public record ClassName(String className) implements Location {}
}
