package dev.ginkgo.run.compile;

import java.util.List;
import java.util.Map;

/**
 * The outcome of a compilation, with all that it depended on below its source root.
 *
 * @param classes the bytes of every class, by binary name
 * @param classesOfFile the classes of the named file, in the order of their declaration
 * @param root the folder at which the packages of the sources begin
 * @param sources the digest of each source that was compiled, by its absolute path
 * @param packages the source files that the compiler found in each package that it looked into, by the package's folder
 *     as an absolute path: one more, or one less, may change what a name means
 */
public record CompiledClasses(
        Map<String, byte[]> classes,
        List<String> classesOfFile,
        String root,
        Map<String, String> sources,
        Map<String, List<String>> packages) {}
