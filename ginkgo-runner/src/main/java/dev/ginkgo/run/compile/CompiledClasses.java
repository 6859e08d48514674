package dev.ginkgo.run.compile;

import java.util.List;
import java.util.Map;

/**
 * Result of a compilation together with everything below its source root that it depended on.
 *
 * @param classes the bytes of every class, by binary name
 * @param classesOfFile the classes declared in the compiled file, in order of declaration
 * @param root the root folder of the source packages
 * @param sources the digest of each compiled source, by absolute path
 * @param packages the source files in each package that the compiler listed, by the absolute path of the package's
 *     folder; adding or removing one may change what a name refers to
 */
public record CompiledClasses(
        Map<String, byte[]> classes,
        List<String> classesOfFile,
        String root,
        Map<String, String> sources,
        Map<String, List<String>> packages) {}
