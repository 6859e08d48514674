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
 * Pidfile of a daemon. The first line is the pid, or empty after a recorded exit; the second line is the {@link
 * DaemonRecord}. The daemon holds a lock on the file as long as it runs, so that only one of two concurrent starts
 * succeeds. Reading needs no lock, because the record identifies a process unambiguously.
 *
 * <p>The file is never deleted: another start that had opened it before the deletion could lock the deleted file while a
 * third one locks a new file of the same name. A process that opens and closes its own pidfile a second time loses the
 * lock (fcntl(2)), so only this class opens it.
 */
public final class PidFile implements AutoCloseable {
    private static final int ATTEMPTS = 20;
    private static final int MAX_PID_LENGTH = 20;

    private final FileChannel channel;

    private PidFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Locks the file for this process until it is closed; creates it if necessary.
     *
     * @return empty if another process holds the lock
     * @throws IOException if the file cannot be opened, if this process already holds the lock, which it keeps, or if the
     *     file is not a pidfile and would be overwritten
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
            keepOpenUntilExit(channel);
            throw new IOException(file + " is already locked by this process", e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return Optional.empty();
    }

    /**
     * Keeps the channel open, because closing any descriptor of the file releases the lock that this process holds
     * (fcntl(2)).
     */
    private static void keepOpenUntilExit(FileChannel channel) {
        Runtime.getRuntime().addShutdownHook(new Thread(new ChannelHolder(channel), "ginkgo-keep-pidfile-open"));
    }

    /** Shutdown hook that keeps the channel reachable, because the JVM closes an unreachable one. */
    private record ChannelHolder(FileChannel channel) implements Runnable {
        @Override
        public void run() {
            // the exit of the process closes the channel
        }
    }

    /** Accepts files that start with a number or an empty line, or with NULs, as found after a power failure. */
    private static void requirePidFile(Path file, FileChannel channel) throws IOException {
        ByteBuffer begin = ByteBuffer.allocate(MAX_PID_LENGTH);
        channel.read(begin, 0);
        begin.flip();
        while (begin.hasRemaining()) {
            byte each = begin.get();
            if (each == '\n') {
                return;
            }
            if (each != 0 && each != ' ' && (each < '0' || each > '9')) {
                throw new IOException(file + " is not a pidfile and would be overwritten; use another file for --pid");
            }
        }
    }

    /**
     * Writes the record. The file is overwritten first and truncated afterwards, so that a concurrent reader finds the old
     * or the new content, and nothing is lost if the disk is full: content after the second line is ignored.
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

    /** Reads the record; empty if the file does not exist, is not written yet, or has no record. */
    public static Optional<DaemonRecord> read(Path file) throws IOException {
        for (int attempt = 1; ; attempt++) {
            String text;
            try {
                text = Files.readString(file);
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
            try {
                return parse(text);
            } catch (IOException e) { // concurrent write: a reader may see the old length with the new bytes
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    private static Optional<DaemonRecord> parse(String text) throws IOException {
        String[] lines = text.split("\n", -1);
        return lines.length < 2 || !lines[1].startsWith("{")
                ? Optional.empty()
                : Optional.of(DaemonRecord.of(JsonText.read(lines[1])));
    }

    /** Releases the lock. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
