package dev.ginkgo.run.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Splits bytes at line feeds, and at nothing else: a carriage return belongs to its line. For one thread. */
public final class LineInput {
    private final InputStream in;
    private final int maxLength;
    private final ClientExitCode tooLong;
    private final byte[] buffer = new byte[64 * 1024];
    private int from;
    private int to;
    private boolean truncated;

    /**
     * @param longest how many bytes one line may have
     * @param tooLong what a longer one is called
     */
    public LineInput(InputStream in, int longest, ClientExitCode tooLong) {
        this.in = in;
        this.maxLength = longest;
        this.tooLong = tooLong;
    }

    /**
     * The next line, without its line feed; nothing at the end.
     *
     * @throws FatalException if it is longer than it may be; then this is of no more use
     */
    public Optional<byte[]> next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        while (true) {
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            line.write(buffer, from, end - from);
            if (line.size() > maxLength) {
                throw new FatalException(tooLong, "a line is longer than " + maxLength + " bytes");
            }
            if (end < to) {
                from = end + 1;
                return Optional.of(line.toByteArray());
            }
            from = 0;
            to = Math.max(0, in.read(buffer, 0, buffer.length));
            if (to == 0) {
                truncated = line.size() > 0;
                return truncated ? Optional.of(line.toByteArray()) : Optional.empty();
            }
        }
    }

    /** Whether the last line had no line feed: the input ended inside of it. */
    boolean isTruncated() {
        return truncated;
    }

    /** Whether the next line would have to be waited for. */
    boolean wouldBlock() throws IOException {
        return from == to && in.available() == 0;
    }
}
