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
 * A file of records that is only added to, or replaced as a whole. Each record carries its length and its checksum, so
 * that one which was cut off when the process or the machine died is seen, and left out. Only the end of a file can be cut
 * off: if a record is whole after one that is not, the disk has changed what was written, and the file is not read at all,
 * for what would be left out may be a vote. Used by one thread at a time.
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

    /** How a file is forced to the disk: {@link FileDescriptor#sync}. */
    @FunctionalInterface
    interface Sync {
        void force(FileDescriptor file) throws IOException;
    }

    /**
     * Opens it, and adds what it holds to {@code records}.
     *
     * @throws IOException also if it was changed by others than this class
     */
    static WriteAheadLog open(Path file, Sync sync, List<byte[]> records) throws IOException {
        RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw");
        try {
            ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file));
            int whole = read(all, records);
            if (whole < all.limit()) {
                requireTornTail(all, whole);
                LOG.warn("{}: the last {} bytes were cut off when this node died; left out", file, all.limit() - whole);
                open.setLength(whole);
            }
            open.seek(whole);
            syncDirectory(file);
            return new WriteAheadLog(file, sync, open);
        } catch (IOException | RuntimeException e) {
            open.close();
            throw e;
        }
    }

    /** Returns where the whole records end. */
    private static int read(ByteBuffer all, List<byte[]> records) {
        int whole = 0;
        for (byte[] next = recordAt(all, whole); next != null; next = recordAt(all, whole)) {
            records.add(next);
            whole += HEADER_LENGTH + next.length;
        }
        return whole;
    }

    /** The record there, if there is a whole one. None is empty: zeros are what a disk may leave at the end. */
    private static byte @Nullable [] recordAt(ByteBuffer all, int place) {
        if (all.limit() - place <= HEADER_LENGTH) {
            return null;
        }
        int length = all.getInt(place);
        if (length < 1 || length > all.limit() - place - HEADER_LENGTH) {
            return null;
        }
        byte[] record = new byte[length];
        all.get(place + HEADER_LENGTH, record);
        return checksum(record) == all.getInt(place + Integer.BYTES) ? record : null;
    }

    private static void requireTornTail(ByteBuffer all, int whole) throws IOException {
        for (int place = whole + 1; place < all.limit(); place++) {
            if (recordAt(all, place) != null) {
                throw new IOException(
                        "what stands at byte " + whole + " has been changed on the disk, for a record at byte " + place
                                + " is whole, and a vote may be lost");
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
     * Adds a record. It survives the death of this process at once, and that of the machine if forced.
     *
     * @throws IOException also if the disk is full; the file then ends with the record before
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

    /** Replaces all records, at once: whatever happens, the file holds the old ones or the new ones. */
    void rewrite(List<byte[]> records) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        RandomAccessFile next = new RandomAccessFile(fresh.toFile(), "rw");
        try {
            next.setLength(0);
            for (byte[] record : records) {
                next.write(withHeader(record));
            }
            sync.force(next.getFD());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            next.close();
            throw e;
        }
        open.close();
        open = next;
        syncDirectory(file);
    }

    /** That a file has a name, and which one, stands in its folder; without this, a machine that dies may forget it. */
    private static void syncDirectory(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null
                && folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
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
