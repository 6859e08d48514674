package dev.ginkgo.run.compile;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Result of compiling a source file and the files beside it that it uses.
 *
 * @param classes the bytes of every class, by binary name
 * @param classesOfFile the classes declared in the file itself, in order of declaration
 * @param root the root folder of the source packages
 */
public record Compilation(Map<String, byte[]> classes, List<String> classesOfFile, Path root) {}
