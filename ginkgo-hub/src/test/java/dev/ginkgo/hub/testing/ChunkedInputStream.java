package dev.ginkgo.hub.testing;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Body of a chunked response, read from a connection whose next bytes are the head of the response. */
public final class ChunkedInputStream extends InputStream {
    private final InputStream in;
    private final StringBuilder head = new StringBuilder();
    private int left;
    private boolean ended;

    public ChunkedInputStream(InputStream in) {
        this.in = in;
    }

    /** Reads the status line and the headers. */
    String head() throws IOException {
        while (!head.toString().endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the connection ended within the response head: " + head);
            }
            head.append((char) b);
        }
        return head.toString();
    }

    /** Reads the rest of the body. */
    String readRemaining() throws IOException {
        return new String(readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public int read() throws IOException {
        if (head.isEmpty() && !head().startsWith("HTTP/1.1 200")) {
            throw new IOException("unexpected response: " + head);
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

    /** Returns all bytes that are available. The inherited method would block until the buffer is full. */
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
                throw new EOFException("the connection ended within a chunk");
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
