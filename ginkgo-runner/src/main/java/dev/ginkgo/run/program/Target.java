package dev.ginkgo.run;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the user wants to run.
 *
 * @param code where the program is
 * @param configuration the TOML file, where one was named
 */
record Target(Code code, Optional<Path> configuration) {

    /** Where a program is. */
    sealed interface Code {}

    /** In a source file that exists, absolute. */
    record Source(Path file) implements Code {}

    /** In a class on the class path, by its binary name. */
    record Named(String className) implements Code {}
}
