package dev.ginkgo.mesh.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteAheadLogTest {
    @TempDir
    Path folder;

    private Path file;
    private final FailingDisk disk = new FailingDisk();

    /** Disk on which files or directories cannot be forced. */
    private static final class FailingDisk implements WriteAheadLog.Sync {
        boolean filesFail;
        boolean directoriesFail;

        @Override
        public void force(FileDescriptor forced) throws IOException {
            if (filesFail) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            if (directoriesFail) {
                throw new IOException("Input/output error");
            }
        }
    }

    @BeforeEach
    void resolveFile() {
        file = folder.resolve("journal");
    }

    private WriteAheadLog open() throws IOException {
        return WriteAheadLog.open(file, disk, new ArrayList<>());
    }

    private static byte[] record(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<String> recordsOnDisk() throws IOException {
        List<byte[]> records = new ArrayList<>();
        WriteAheadLog.open(file, new FailingDisk(), records).close();
        return records.stream()
                .map(each -> new String(each, StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    @DisplayName("K-31 after a record could not be forced to disk, nothing is written until the file is opened again")
    void failedAppend_endsAllWrites() throws IOException {
        try (WriteAheadLog log = open()) {
            // Given a log with one record, and one that could not be forced to disk
            log.append(record("vote 1"), true);
            disk.filesFail = true;
            assertThatThrownBy(() -> log.append(record("vote 2"), true)).hasMessage("No space left on device");

            // When the disk has space again
            disk.filesFail = false;

            // Then writes still fail
            assertThatThrownBy(() -> log.append(record("vote 3"), true))
                    .hasMessageContaining("an earlier write failed: No space left on device");
            assertThatThrownBy(() -> log.rewrite(List.of(record("vote 3")))).isInstanceOf(IOException.class);
            assertThat(log.failure()).hasMessage("No space left on device");
        }
        // And succeed when the file has been opened again
        try (WriteAheadLog log = open()) {
            assertThat(log.failure()).isNull();
            log.append(record("vote 4"), true);
        }
        assertThat(recordsOnDisk()).containsExactly("vote 1", "vote 4");
    }

    @Test
    @DisplayName(
            "K-31 a rewrite that fails before the file is replaced leaves the old records and no other file, and the"
                    + " log can still be appended to")
    void failedRewrite_keepsOldRecords() throws IOException {
        try (WriteAheadLog log = open()) {
            log.append(record("vote 1"), true);

            disk.filesFail = true;
            assertThatThrownBy(() -> log.rewrite(List.of(record("snapshot")))).hasMessage("No space left on device");
            disk.filesFail = false;

            assertThat(folder).isDirectoryNotContaining("glob:**.new");
            log.append(record("vote 2"), true);
        }
        assertThat(recordsOnDisk()).containsExactly("vote 1", "vote 2");
    }

    @Test
    @DisplayName(
            "K-31 a rewrite whose directory cannot be forced to disk fails, and nothing is written afterwards: after"
                    + " a power loss the file could be the old one")
    void unforcedDirectory_endsAllWrites() throws IOException {
        try (WriteAheadLog log = open()) {
            log.append(record("vote 1"), true);

            disk.directoriesFail = true;
            assertThatThrownBy(() -> log.rewrite(List.of(record("snapshot")))).hasMessage("Input/output error");
            disk.directoriesFail = false;

            assertThatThrownBy(() -> log.append(record("vote 2"), true))
                    .hasMessageContaining("an earlier write failed: Input/output error");
        }
        assertThat(recordsOnDisk()).containsExactly("snapshot");
    }

    @Test
    @DisplayName(
            "K-31 the file of a rewrite that a crash interrupted has no effect, and is replaced by the next rewrite")
    void interruptedRewrite_isReplaced() throws IOException {
        try (WriteAheadLog log = open()) {
            log.append(record("vote 1"), true);
        }
        Files.writeString(folder.resolve("journal.new"), "a long rest of a rewrite that a crash interrupted");
        assertThat(recordsOnDisk()).containsExactly("vote 1");

        try (WriteAheadLog log = open()) {
            log.rewrite(List.of(record("snapshot")));
            log.append(record("vote 2"), true);
        }
        assertThat(recordsOnDisk()).containsExactly("snapshot", "vote 2");
        assertThat(folder).isDirectoryNotContaining("glob:**.new");
    }
}
