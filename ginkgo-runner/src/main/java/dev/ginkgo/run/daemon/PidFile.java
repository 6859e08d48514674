package dev.ginkgo.run.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.run.output.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * The pidfile of a daemon. Its first line is the pid, or empty once the daemon has ended by itself; the second is its
 * {@link DaemonRecord}. The daemon holds a lock on it while it lives, which decides between two starts; a reader needs no
 * lock, for the card names one process exactly.
 *
 * <p>The file is emptied, not deleted: a deleted one can be locked by somebody who opened it before, beside a new one.
 * A process that opens its own pidfile twice loses the lock (fcntl(2)), so only this class opens it.
 */
public final class PidFile implements AutoCloseable {
    private static final int ATTEMPTS = 20;
    private static final int LONGEST_NUMBER = 20;

    private final FileChannel channel;

    private PidFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Locks it for this process, until it is closed.
     *
     * @return empty if another process has it
     * @throws IOException if it cannot be opened, or is somebody's file that would be lost
     */
    public static Optional<PidFile> lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
        try {
            requirePidFile(file, channel);
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(new PidFile(channel));
            }
        } catch (OverlappingFileLockException e) {
            // another part of this process has it
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    /** All pidfiles, also those of others, begin with a number or with nothing (zeros after a power failure). */
    private static void requirePidFile(Path file, FileChannel channel) throws IOException {
        ByteBuffer begin = ByteBuffer.allocate(LONGEST_NUMBER);
        channel.read(begin, 0);
        begin.flip();
        while (begin.hasRemaining()) {
            byte each = begin.get();
            if (each == '\n') {
                return;
            }
            if (each != 0 && each != ' ' && (each < '0' || each > '9')) {
                throw new IOException(file + " is no pidfile, and would be overwritten; --pid takes a file of its own");
            }
        }
    }

    /**
     * Says who runs, or how it ended. What was there goes last, so that a reader finds one or the other at any moment, and
     * so that a full disk takes nothing away: of what is behind the second line nobody takes notice.
     */
    public void write(DaemonRecord daemonRecord) throws IOException {
        String first = daemonRecord.end().isPresent()
                ? ""
                : Long.toString(daemonRecord.process().pid());
        ByteBuffer text =
                ByteBuffer.wrap((first + "\n" + JsonText.write(daemonRecord.members()) + "\n").getBytes(UTF_8));
        int length = text.remaining();
        channel.position(0);
        while (text.hasRemaining()) {
            channel.write(text);
        }
        channel.truncate(length);
    }

    /** What it says; empty if there is nothing (yet), or nothing that we wrote. */
    public static Optional<DaemonRecord> read(Path file) throws IOException {
        for (int attempt = 1; ; attempt++) {
            String text;
            try {
                text = Files.readString(file);
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
            try {
                return card(text);
            } catch (IOException e) { // it is being written: a file system may give the old length and the new bytes
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    private static Optional<DaemonRecord> card(String text) throws IOException {
        String[] lines = text.split("\n", -1);
        return lines.length < 2 || !lines[1].startsWith("{")
                ? Optional.empty()
                : Optional.of(DaemonRecord.of(JsonText.read(lines[1])));
    }

    /** Lets go of the lock. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
