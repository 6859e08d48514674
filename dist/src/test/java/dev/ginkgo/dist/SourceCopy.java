package dev.ginkgo.dist;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/** Copy of the source tree of this build, as in a fresh checkout. */
final class SourceCopy {
    private static final Path ROOT = Path.of(System.getProperty("ginkgo.root", ".."));
    private static final Set<String> NOT_SOURCES = Set.of("target", ".git", "node_modules", "docs", "bench");

    private SourceCopy() {}

    /** Copies what a build needs into a folder, which it creates. */
    static Path into(Path folder) throws IOException {
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path source, BasicFileAttributes attributes) throws IOException {
                if (NOT_SOURCES.contains(String.valueOf(source.getFileName()))) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(folder.resolve(ROOT.relativize(source)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path source, BasicFileAttributes attributes) throws IOException {
                Files.copy(source, folder.resolve(ROOT.relativize(source)), StandardCopyOption.COPY_ATTRIBUTES);
                return FileVisitResult.CONTINUE;
            }
        });
        return folder;
    }
}
