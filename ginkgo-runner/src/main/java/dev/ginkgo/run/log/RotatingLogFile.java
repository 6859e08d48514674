package dev.ginkgo.run.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A log that is kept in bounds: when it has grown too large it becomes {@code NAME.1}, what was that becomes {@code
 * NAME.2}, and so on, and whoever writes opens the file anew. It is the writer's own process that does it, but for all
 * writers in it, so that what a program prints counts too; the rolling appenders of Logback see their own lines only.
 */
public final class RotatingLogFile {
    private final Path file;
    private final FileOpener fileOpener;

    /** How the writer opens the file, whether or not it is the one that it had open. */
    public interface FileOpener {
        /** Opens it for appending, and closes what was open. */
        void open(Path file) throws IOException;
    }

    /**
     * @param file the log, absolute
     * @param fileOpener how the writer opens it
     */
    public RotatingLogFile(Path file, FileOpener fileOpener) {
        this.file = file;
        this.fileOpener = fileOpener;
    }

    /** The file. */
    public Path path() {
        return file;
    }

    /** Opens the file of that name anew: somebody else may have renamed the one that is open. */
    public synchronized void reopen() throws IOException {
        fileOpener.open(file);
    }

    /**
     * Rotates it if it has grown beyond {@code most} bytes.
     *
     * @param keep how many old ones are kept
     * @return whether it has been rotated
     */
    public synchronized boolean rotate(long most, int keep) throws IOException {
        if (most <= 0 || size() <= most) {
            return false;
        }
        // The next file is open before the old one gets its new name: whoever follows the name (tail -F) has seen the
        // last line of the old one when the next appears.
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
            if (Files.exists(old(number - 1))) {
                Files.move(old(number - 1), old(number), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (keep > 0) {
            Files.move(file, old(1), StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.delete(file);
        }
    }

    private long size() throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0; // renamed by somebody who will say so
        }
    }

    private Path old(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }
}
