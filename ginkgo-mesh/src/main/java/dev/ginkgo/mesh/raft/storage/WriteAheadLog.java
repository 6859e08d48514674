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

    private WriteAheadLog(Path file, Sync sync, RandomAccessFile open) {
        this.file = file;
        this.sync = sync;
        this.open = open;
    }

    /** Forces a file to disk: {@link FileDescriptor#sync}. */
    @FunctionalInterface
    interface Sync {
        void force(FileDescriptor file) throws IOException;
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
            syncDirectory(file);
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
     * @throws IOException if the write fails, for example because the disk is full; the file then ends with the
     *     previous record
     */
    void append(byte[] record, boolean force) throws IOException {
        long before = open.getFilePointer();
        try {
            open.write(withHeader(record));
            if (force) {
                sync.force(open.getFD());
            }
        } catch (IOException e) {
            open.setLength(before);
            open.seek(before);
            throw e;
        }
    }

    /** Replaces all records atomically: after a crash, the file contains either the old ones or the new ones. */
    void rewrite(List<byte[]> records) throws IOException {
        Path newFile = file.resolveSibling(file.getFileName() + ".new");
        RandomAccessFile next = new RandomAccessFile(newFile.toFile(), "rw");
        try {
            next.setLength(0);
            for (byte[] record : records) {
                next.write(withHeader(record));
            }
            sync.force(next.getFD());
            Files.move(newFile, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            next.close();
            throw e;
        }
        open.close();
        open = next;
        syncDirectory(file);
    }

    /**
     * Forces the directory entry of the file to disk; without this, the file may not be found after a crash of the
     * machine.
     */
    private static void syncDirectory(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null
                && directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
                entries.force(true);
            }
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
