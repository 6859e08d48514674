package dev.ginkgo.run.dev;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * States of the watched files at one moment. A file that is replaced has another key, even if its time and size are the
 * same.
 *
 * @param files the state of each watched file
 * @param sources the source files in each watched folder
 */
record FileStates(Map<Path, State> files, Map<Path, Set<Path>> sources) {

    /** State of a file. */
    record State(FileTime modified, long size, @Nullable Object key) {
        static final State ABSENT = new State(FileTime.fromMillis(0), -1, null);

        /** State that differs from that of every file. */
        static final State UNKNOWN = new State(FileTime.fromMillis(0), -2, null);

        static State of(BasicFileAttributes attributes) {
            return new State(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        }
    }

    static FileStates none() {
        return new FileStates(Map.of(), Map.of());
    }

    /** Reads the states; what cannot be read is absent. */
    static FileStates read(WatchList watchList) {
        Map<Path, State> files = new HashMap<>();
        watchList.files().forEach(file -> files.put(file, state(file)));
        watchList.classFolders().forEach(folder -> readTree(folder, files));
        return new FileStates(
                files, watchList.sourceFolders().stream().collect(Collectors.toMap(each -> each, FileStates::sources)));
    }

    /** Returns the files that were added, changed or removed since {@code earlier}, among those in both watch lists. */
    Set<Path> changedSince(FileStates earlier) {
        Set<Path> changed = new HashSet<>(differences(files, earlier.files));
        sources.forEach((folder, now) -> {
            Set<Path> before = earlier.sources.getOrDefault(folder, now);
            Stream.concat(now.stream(), before.stream())
                    .filter(each -> now.contains(each) != before.contains(each))
                    .forEach(changed::add);
        });
        return changed;
    }

    /**
     * Returns these states with those of {@code earlier} where it has them. Other files that were modified at or after
     * {@code since} have an unknown state, because they may have been read before that change.
     */
    FileStates asOf(FileStates earlier, Instant since) {
        Map<Path, State> known = new HashMap<>();
        files.forEach((file, now) -> known.put(
                file,
                earlier.files.getOrDefault(file, now.modified().toInstant().isBefore(since) ? now : State.UNKNOWN)));
        Map<Path, Set<Path>> knownSources = new HashMap<>();
        sources.forEach((folder, now) -> knownSources.put(folder, earlier.sources.getOrDefault(folder, now)));
        return new FileStates(known, knownSources);
    }

    /** Returns these states with those of {@code other} for further files. */
    FileStates plus(FileStates other) {
        Map<Path, State> all = new HashMap<>(other.files);
        all.putAll(files);
        return new FileStates(all, sources);
    }

    private static Set<Path> differences(Map<Path, State> now, Map<Path, State> before) {
        return Stream.concat(now.keySet().stream(), before.keySet().stream())
                .filter(file -> !Objects.equals(now.get(file), before.get(file)))
                .collect(Collectors.toSet());
    }

    private static State state(Path file) {
        try {
            return State.of(Files.readAttributes(file, BasicFileAttributes.class));
        } catch (IOException e) {
            return State.ABSENT;
        }
    }

    private static Set<Path> sources(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).collect(Collectors.toSet());
        } catch (IOException e) {
            return Set.of();
        }
    }

    private static void readTree(Path folder, Map<Path, State> files) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    files.put(file, State.of(attributes));
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE; // removed since it was listed
                }
            });
        } catch (IOException e) {
            // a folder was removed during the search; its files are absent
        }
    }
}
