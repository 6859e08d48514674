package dev.ginkgo.mesh.raft.storage;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Write-ahead log: a file of records that is appended to, or replaced as a whole. Each record has a length and a
 * checksum, so a record that was truncated when the process or the machine failed is detected and discarded. A crash
 * can truncate only the end of the file: if a valid record follows an invalid one, the file was altered, and it is
 * rejected, because the discarded part might contain a vote. Used by one thread at a time.
 */
final class WriteAheadLog implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(WriteAheadLog.class);
    private static final int HEADER_LENGTH = 2 * Integer.BYTES;

    private final Path file;
    private final Sync sync;
    private RandomAccessFile open;
    private @Nullable IOException failure;

    private WriteAheadLog(Path file, Sync sync, RandomAccessFile open) {
        this.file = file;
        this.sync = sync;
        this.open = open;
    }

    /** Forces writes to disk. */
    @FunctionalInterface
    interface Sync {

        /** Forces a file to disk: {@link FileDescriptor#sync}. */
        void force(FileDescriptor file) throws IOException;

        /** Forces the names of the files in a directory to disk. */
        default void forceDirectory(Path directory) throws IOException {
            try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
                entries.force(true);
            }
        }
    }

    /**
     * Opens a log, creates its file if it does not exist, and adds its records to {@code records}.
     *
     * @throws IOException if the file cannot be read, or was altered before its end
     */
    static WriteAheadLog open(Path file, Sync sync, List<byte[]> records) throws IOException {
        RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw");
        try {
            ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file));
            int validLength = read(all, records);
            if (validLength < all.limit()) {
                requireTornTail(all, validLength);
                LOG.warn(
                        "{}: discarded the last {} bytes, an incomplete record of a process that crashed",
                        file,
                        all.limit() - validLength);
                open.setLength(validLength);
            }
            open.seek(validLength);
            syncDirectory(file, sync);
            return new WriteAheadLog(file, sync, open);
        } catch (IOException | RuntimeException e) {
            open.close();
            throw e;
        }
    }

    /** Reads the valid records; returns the offset of their end. */
    private static int read(ByteBuffer all, List<byte[]> records) {
        int validLength = 0;
        for (byte[] next = recordAt(all, validLength); next != null; next = recordAt(all, validLength)) {
            records.add(next);
            validLength += HEADER_LENGTH + next.length;
        }
        return validLength;
    }

    /**
     * Returns the record at an offset; null if there is no valid one. A record is never empty, so that zeros, which a
     * disk may leave at the end of the file, are not valid records.
     */
    private static byte @Nullable [] recordAt(ByteBuffer all, int offset) {
        if (all.limit() - offset <= HEADER_LENGTH) {
            return null;
        }
        int length = all.getInt(offset);
        if (length < 1 || length > all.limit() - offset - HEADER_LENGTH) {
            return null;
        }
        byte[] record = new byte[length];
        all.get(offset + HEADER_LENGTH, record);
        return checksum(record) == all.getInt(offset + Integer.BYTES) ? record : null;
    }

    private static void requireTornTail(ByteBuffer all, int validLength) throws IOException {
        for (int offset = validLength + 1; offset < all.limit(); offset++) {
            if (recordAt(all, offset) != null) {
                throw new IOException("the record at byte " + validLength
                        + " was altered on disk: a valid record follows at byte " + offset + ", and votes may be lost");
            }
        }
    }

    private static int checksum(byte[] record) {
        CRC32C checksum = new CRC32C();
        checksum.update(record);
        return (int) checksum.getValue();
    }

    private static byte[] withHeader(byte[] record) {
        return ByteBuffer.allocate(HEADER_LENGTH + record.length)
                .putInt(record.length)
                .putInt(checksum(record))
                .put(record)
                .array();
    }

    /**
     * Appends a record. After the call it survives a crash of this process, and if {@code force} is set, a crash of the
     * machine.
     *
     * @throws IOException if the write fails, for example because the disk is full. The file then ends with the previous
     *     record, or with an incomplete one that is discarded when the file is opened again. Until then, all writes
     *     fail: after a write that could not be forced to disk, it is not known what the disk contains
     */
    void append(byte[] record, boolean force) throws IOException {
        requireNoFailure();
        long before = open.getFilePointer();
        try {
            open.write(withHeader(record));
            if (force) {
                sync.force(open.getFD());
            }
        } catch (IOException e) {
            failure = e;
            truncate(before, e);
            throw e;
        }
    }

    private void truncate(long length, IOException cause) {
        try {
            open.setLength(length);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Replaces all records atomically: after a crash, the file contains either the old ones or the new ones.
     *
     * @throws IOException if that fails. The file then contains the old records and can still be appended to, unless
     *     the directory could not be forced to disk: then all writes fail until the file is opened again, because after
     *     a crash it could contain the old records without those that were appended to the new ones
     */
    void rewrite(List<byte[]> records) throws IOException {
        requireNoFailure();
        Path newFile = file.resolveSibling(file.getFileName() + ".new");
        RandomAccessFile next = create(newFile, records);
        try {
            Files.move(newFile, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            discard(newFile, next, e);
            throw e;
        }
        closeReplaced(open);
        open = next;
        try {
            syncDirectory(file, sync);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** Creates a file with these records, and forces it to disk; leaves no file behind if that fails. */
    private RandomAccessFile create(Path newFile, List<byte[]> records) throws IOException {
        RandomAccessFile created = new RandomAccessFile(newFile.toFile(), "rw");
        try {
            created.setLength(0); // a crash may have left a file
            for (byte[] record : records) {
                created.write(withHeader(record));
            }
            sync.force(created.getFD());
            return created;
        } catch (IOException e) {
            discard(newFile, created, e);
            throw e;
        }
    }

    private static void discard(Path newFile, RandomAccessFile created, IOException cause) {
        try (created) {
            Files.deleteIfExists(newFile); // a full disk needs the space
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private void closeReplaced(RandomAccessFile replaced) {
        try {
            replaced.close();
        } catch (IOException e) {
            LOG.debug("{}: cannot close the file that was replaced", file, e); // it has no name any more
        }
    }

    private void requireNoFailure() throws IOException {
        IOException earlier = failure;
        if (earlier != null) {
            throw new IOException("not written, because an earlier write failed: " + earlier.getMessage(), earlier);
        }
    }

    /** Returns why all further writes fail; null if they do not. */
    @Nullable
    IOException failure() {
        return failure;
    }

    /**
     * Forces the directory entry of the file to disk; without this, the file may not be found after a crash of the
     * machine.
     */
    private static void syncDirectory(Path file, Sync sync) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null
                && directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            sync.forceDirectory(directory);
        }
    }

    long size() throws IOException {
        return open.length();
    }

    @Override
    public void close() throws IOException {
        open.close();
    }
}
