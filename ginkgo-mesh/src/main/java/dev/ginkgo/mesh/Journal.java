package dev.ginkgo.mesh;

import java.io.Closeable;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of records that is only added to, or replaced as a whole. Each record carries its length and its checksum, so
 * that one which was cut off when the process or the machine died is seen, and left out. Used by one thread at a time.
 */
final class Journal implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final int HEAD = 2 * Integer.BYTES;

    private final Path file;
    private RandomAccessFile open;

    private Journal(Path file, RandomAccessFile open) {
        this.file = file;
        this.open = open;
    }

    /** Opens it, and adds what it holds to {@code records}. */
    static Journal open(Path file, List<byte[]> records) throws IOException {
        RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw");
        try {
            ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file));
            int whole = read(all, records);
            if (whole < all.limit()) {
                LOG.warn("{}: the last {} bytes were cut off when this node died; left out", file, all.limit() - whole);
                open.setLength(whole);
            }
            open.seek(whole);
            syncFolder(file);
            return new Journal(file, open);
        } catch (IOException | RuntimeException e) {
            open.close();
            throw e;
        }
    }

    /** Returns where the whole records end. */
    private static int read(ByteBuffer all, List<byte[]> records) {
        int whole = 0;
        while (all.remaining() >= HEAD) {
            int length = all.getInt();
            int checksum = all.getInt();
            if (length < 0 || length > all.remaining()) {
                break;
            }
            byte[] record = new byte[length];
            all.get(record);
            if (checksum(record) != checksum) {
                break;
            }
            records.add(record);
            whole = all.position();
        }
        return whole;
    }

    private static int checksum(byte[] record) {
        CRC32C checksum = new CRC32C();
        checksum.update(record);
        return (int) checksum.getValue();
    }

    private static byte[] framed(byte[] record) {
        return ByteBuffer.allocate(HEAD + record.length)
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
            open.write(framed(record));
            if (force) {
                open.getFD().sync();
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
                next.write(framed(record));
            }
            next.getFD().sync();
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            next.close();
            throw e;
        }
        open.close();
        open = next;
        syncFolder(file);
    }

    /** That a file has a name, and which one, stands in its folder; without this, a machine that dies may forget it. */
    private static void syncFolder(Path file) throws IOException {
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
