package dev.ginkgo.run.dev;

import dev.ginkgo.run.compile.CompilerInputs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is watched. Nothing of it need exist. All paths are absolute.
 *
 * @param files files whose content is watched
 * @param sourceFolders folders in which source files may be added or removed; their subfolders are not watched
 * @param classFolders folders whose files are watched, at every depth
 */
record WatchList(Set<Path> files, Set<Path> sourceFolders, Set<Path> classFolders) {
    WatchList {
        files = Set.copyOf(files);
        sourceFolders = Set.copyOf(sourceFolders);
        classFolders = Set.copyOf(classFolders);
    }

    /**
     * Returns the list of a program.
     *
     * @param targetFiles the configuration file and the source file that the target names
     * @param inputs what the compiler read
     * @param classPath jars and folders of classes
     */
    static WatchList of(List<Path> targetFiles, List<CompilerInputs> inputs, List<Path> classPath) {
        Set<Path> files = new HashSet<>(targetFiles);
        Set<Path> sourceFolders = new HashSet<>();
        for (CompilerInputs each : inputs) {
            files.addAll(each.sources());
            sourceFolders.addAll(each.folders());
        }
        Set<Path> classFolders = classPath.stream().filter(Files::isDirectory).collect(Collectors.toSet());
        classPath.stream().filter(each -> !classFolders.contains(each)).forEach(files::add);
        return new WatchList(files, sourceFolders, classFolders);
    }

    /** Returns a list with everything of both. */
    WatchList plus(WatchList other) {
        return new WatchList(
                union(files, other.files),
                union(sourceFolders, other.sourceFolders),
                union(classFolders, other.classFolders));
    }

    boolean isEmpty() {
        return files.isEmpty() && sourceFolders.isEmpty() && classFolders.isEmpty();
    }

    private static Set<Path> union(Set<Path> one, Set<Path> other) {
        Set<Path> both = new HashSet<>(one);
        both.addAll(other);
        return both;
    }
}
