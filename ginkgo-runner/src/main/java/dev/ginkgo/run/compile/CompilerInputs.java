package dev.ginkgo.run.compile;

import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a compilation depends on below its source root, whether it succeeded or not.
 *
 * @param sources the source files that the compiler read; absolute paths
 * @param folders the folders of the packages in which the compiler looked for source files; they need not exist
 */
public record CompilerInputs(Set<Path> sources, Set<Path> folders) {
    public CompilerInputs {
        sources = Set.copyOf(sources);
        folders = Set.copyOf(folders);
    }

    static CompilerInputs of(CompiledClasses compiled) {
        return new CompilerInputs(
                compiled.sources().keySet().stream().map(Path::of).collect(Collectors.toSet()),
                compiled.packages().keySet().stream().map(Path::of).collect(Collectors.toSet()));
    }
}
