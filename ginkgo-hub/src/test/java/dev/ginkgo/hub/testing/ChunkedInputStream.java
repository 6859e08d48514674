package dev.ginkgo.hub.testing;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The body of an answer in chunks, without its head, which comes first. */
public final class ChunkedInputStream extends InputStream {
    private final InputStream in;
    private final StringBuilder head = new StringBuilder();
    private int left;
    private boolean ended;

    public ChunkedInputStream(InputStream in) {
        this.in = in;
    }

    /** The status line and the headers. */
    String head() throws IOException {
        while (!head.toString().endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("no head, but: " + head);
            }
            head.append((char) b);
        }
        return head.toString();
    }

    /** All of the body. */
    String readRemaining() throws IOException {
        return new String(readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public int read() throws IOException {
        if (head.isEmpty() && !head().startsWith("HTTP/1.1 200")) {
            throw new IOException("refused: " + head);
        }
        if (left == 0 && !ended) {
            left = Integer.parseInt(line(), 16);
            ended = left == 0;
            if (ended) {
                line();
            }
        }
        if (ended) {
            return -1;
        }
        int b = in.read();
        if (b >= 0 && --left == 0) {
            line();
        }
        return b;
    }

    /** One byte at a time would do, but a reader wants whatever is there. */
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int b = length == 0 ? -1 : read();
        if (b < 0) {
            return length == 0 ? 0 : -1;
        }
        buffer[offset] = (byte) b;
        int count = 1;
        while (count < length && left > 0 && in.available() > 0) {
            buffer[offset + count] = (byte) read();
            count++;
        }
        return count;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("torn in a chunk's frame");
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
