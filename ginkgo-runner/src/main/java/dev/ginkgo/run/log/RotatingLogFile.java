package dev.ginkgo.run.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Log file with size-based rotation: the file becomes {@code NAME.1}, the previous {@code NAME.1} becomes {@code
 * NAME.2}, and so on, and the writer reopens the file. Unlike the rolling appenders of Logback, which count only their
 * own lines, it also counts what the program prints. Thread-safe.
 */
public final class RotatingLogFile {
    private final Path file;
    private final FileOpener fileOpener;

    /** Opens the log file for the writer. */
    public interface FileOpener {
        /** Opens the file for appending, and closes the one that was open, which may be the same. */
        void open(Path file) throws IOException;
    }

    /** Determines the path through which a log file is opened. */
    public interface PathResolver {
        /** Returns the file itself, or another path that denotes it. */
        Path resolve(Path file) throws IOException;
    }

    /**
     * @param file the log, absolute
     * @param fileOpener makes the writer open a file
     */
    public RotatingLogFile(Path file, FileOpener fileOpener) {
        this.file = file;
        this.fileOpener = fileOpener;
    }

    /** Returns the path of the file. */
    public Path path() {
        return file;
    }

    /** Reopens the file, which an external tool may have renamed. */
    public synchronized void reopen() throws IOException {
        fileOpener.open(file);
    }

    /**
     * Rotates the file if it is larger than {@code maxBytes}; 0 means never.
     *
     * @param keep the number of rotated files to keep
     * @return whether the file was rotated
     */
    public synchronized boolean rotate(long maxBytes, int keep) throws IOException {
        if (maxBytes <= 0 || size() <= maxBytes) {
            return false;
        }
        // The next file is opened before the old one is renamed, so that tail -F has read the last line of the old file
        // when the new one appears.
        Path next = file.resolveSibling(file.getFileName() + ".next");
        fileOpener.open(next);
        try {
            shift(keep);
            Files.move(next, file);
        } catch (IOException e) {
            fileOpener.open(file);
            throw e;
        }
        return true;
    }

    private void shift(int keep) throws IOException {
        for (int number = keep; number > 1; number--) {
            if (Files.exists(rotated(number - 1))) {
                Files.move(rotated(number - 1), rotated(number), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (keep > 0) {
            Files.move(file, rotated(1), StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.delete(file);
        }
    }

    private long size() throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0; // renamed by an external tool, which will request a reopen
        }
    }

    private Path rotated(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }
}
