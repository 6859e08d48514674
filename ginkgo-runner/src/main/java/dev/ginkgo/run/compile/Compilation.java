package dev.ginkgo.run.compile;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A source file that compiled, with the files beside it that it needs.
 *
 * @param classes the bytes of every class, by binary name
 * @param classesOfFile the classes that are declared in the named file itself, in the order of their declaration
 * @param root the folder at which the packages of the sources begin
 */
public record Compilation(Map<String, byte[]> classes, List<String> classesOfFile, Path root) {}
