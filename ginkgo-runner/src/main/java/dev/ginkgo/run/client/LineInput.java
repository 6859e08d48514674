package dev.ginkgo.run.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Splits a stream of bytes at line feeds only; a carriage return is part of the line. Not thread-safe. */
public final class LineInput {
    private final InputStream in;
    private final int maxLength;
    private final ClientExitCode tooLongExitCode;
    private final byte[] buffer = new byte[64 * 1024];
    private int from;
    private int to;
    private boolean truncated;

    /**
     * @param maxLength maximum length of a line in bytes
     * @param tooLongExitCode exit code for a longer line
     */
    public LineInput(InputStream in, int maxLength, ClientExitCode tooLongExitCode) {
        this.in = in;
        this.maxLength = maxLength;
        this.tooLongExitCode = tooLongExitCode;
    }

    /**
     * Returns the next line without its line feed, or empty at the end of the input.
     *
     * @throws FatalException if the line is too long; the input cannot be used afterwards
     */
    public Optional<byte[]> next() throws IOException {
        return next(Optional.empty());
    }

    /**
     * Returns the next line as {@link #next()} does.
     *
     * @param beforeWait called each time before this method waits for input, also within a line
     */
    Optional<byte[]> next(Runnable beforeWait) throws IOException {
        return next(Optional.of(beforeWait));
    }

    private Optional<byte[]> next(Optional<Runnable> beforeWait) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        while (true) {
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            line.write(buffer, from, end - from);
            if (line.size() > maxLength) {
                throw new FatalException(tooLongExitCode, "a line is longer than " + maxLength + " bytes");
            }
            if (end < to) {
                from = end + 1;
                return Optional.of(line.toByteArray());
            }
            if (beforeWait.isPresent() && in.available() == 0) {
                beforeWait.get().run();
            }
            from = 0;
            to = Math.max(0, in.read(buffer, 0, buffer.length));
            if (to == 0) {
                truncated = line.size() > 0;
                return truncated ? Optional.of(line.toByteArray()) : Optional.empty();
            }
        }
    }

    /** Returns whether the last line had no line feed because the input ended within it. */
    boolean isTruncated() {
        return truncated;
    }
}
