package dev.ginkgo.run.dev;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Detection of changed files. */
class FileWatcherTest {
    @TempDir
    private Path folder = Path.of("");

    private FileWatcher watcher = new FileWatcher(TimeSource.system());
    private Path file = Path.of("");
    private Path sources = Path.of("");
    private Path classes = Path.of("");

    @BeforeEach
    void watch() throws IOException {
        file = Files.writeString(folder.resolve("shop.toml"), "size = 1");
        sources = Files.createDirectory(folder.resolve("sources"));
        classes = folder.resolve("classes");
        Files.createDirectories(classes.resolve("shop"));
        watcher = new FileWatcher(TimeSource.system());
        watcher.watch(list(Set.of(file)), Instant.now().plus(Duration.ofDays(1)));
    }

    private WatchList list(Set<Path> files) {
        return new WatchList(files, Set.of(sources), Set.of(classes));
    }

    @Test
    @DisplayName("C-61 a change is reported once, when the file has stopped changing")
    void reportsChangeOnce_whenComplete() throws IOException {
        // Given
        assertThat(watcher.poll()).isEmpty();

        // When a file is still being written
        Files.writeString(file, "size = 22");
        assertThat(watcher.poll()).isEmpty();
        Files.writeString(file, "size = 333");
        assertThat(watcher.poll()).isEmpty();

        // Then it is reported when it is complete
        assertThat(watcher.poll()).contains(Set.of(file));
        assertThat(watcher.poll()).isEmpty();
    }

    @Test
    @DisplayName("C-61 a file that is replaced by one of the same size and time has changed; so has a removed one")
    void reportsReplacedFile() throws IOException {
        // Given
        FileTime time = Files.getLastModifiedTime(file);

        // When, then
        Path other = Files.writeString(folder.resolve("other"), "size = 2");
        Files.setLastModifiedTime(other, time);
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(pollTwice()).contains(Set.of(file));

        // When, then
        Files.delete(file);
        assertThat(pollTwice()).contains(Set.of(file));
        Files.writeString(file, "size = 3");
        assertThat(pollTwice()).contains(Set.of(file));
    }

    @Test
    @DisplayName(
            "C-61 an added or removed source file, and a change of a class at any depth, are reported; others are not")
    void reportsFilesInFolders() throws IOException {
        // When, then
        Files.writeString(sources.resolve("notes.txt"), "");
        assertThat(pollTwice()).isEmpty();
        Files.writeString(sources.resolve("New.java"), "");
        Files.writeString(classes.resolve("shop/Shop.class"), "");
        assertThat(pollTwice()).contains(Set.of(sources.resolve("New.java"), classes.resolve("shop/Shop.class")));
        Files.delete(sources.resolve("New.java"));
        assertThat(pollTwice()).contains(Set.of(sources.resolve("New.java")));
    }

    @Test
    @DisplayName("C-61 a file that changes while the program is loaded is reported afterwards")
    void reportsChangeDuringLoad() throws IOException {
        // Given a load that has begun
        Instant begin = Instant.now();
        Path known = file;
        Path added = folder.resolve("Added.java");

        // When files that it has read change, one that was watched before and one that was not
        Files.writeString(known, "size = 2 # changed");
        Files.writeString(added, "class Added {}");
        Files.setLastModifiedTime(added, FileTime.from(begin.plusMillis(5)));
        watcher.watch(list(Set.of(known, added)), begin);

        // Then
        assertThat(pollTwice()).contains(Set.of(known, added));
        assertThat(pollTwice()).isEmpty();
    }

    @Test
    @DisplayName("C-61 the pause between two polls is short while a file changes")
    void pausesBriefly_whileChanging() throws IOException {
        // Given
        watcher.poll();
        Duration usual = watcher.pause();

        // When
        Files.writeString(file, "size = 4444");
        watcher.poll();

        // Then
        assertThat(usual).isGreaterThanOrEqualTo(Duration.ofMillis(80));
        assertThat(watcher.pause()).isGreaterThanOrEqualTo(Duration.ofMillis(30));
    }

    private Optional<Set<Path>> pollTwice() {
        Optional<Set<Path>> first = watcher.poll();
        return first.isPresent() ? first : watcher.poll();
    }
}
