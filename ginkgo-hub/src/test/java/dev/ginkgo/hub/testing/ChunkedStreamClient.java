package dev.ginkgo.hub.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** The other end of a stream on chunks. It checks each chunk's frame, so a torn one fails the test. */
public final class ChunkedStreamClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    ChunkedStreamClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
        in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** The body of the next chunk; empty for the last. */
    public byte[] nextChunk() throws IOException {
        int length = Integer.parseInt(line(), 16);
        byte[] body = in.readNBytes(length);
        if (body.length < length || !line().isEmpty()) {
            throw new EOFException("torn: " + body.length + " of " + length + " bytes");
        }
        return body;
    }

    public String nextText() throws IOException {
        return new String(nextChunk(), StandardCharsets.UTF_8);
    }

    /** All up to a text, as it came, whatever the carrier. */
    public String readRawTo(String end) throws IOException {
        StringBuilder all = new StringBuilder();
        while (all.indexOf(end) < 0) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("no \"" + end + "\" in \"" + all + "\"");
            }
            all.append((char) b);
        }
        return all.toString();
    }

    /** Whether the stream has ended, between chunks. */
    public boolean isEndOfStream() throws IOException {
        in.mark(1);
        boolean end = in.read() < 0;
        if (!end) {
            in.reset();
        }
        return end;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("torn in a chunk's frame after \"" + line.toString(US_ASCII) + "\"");
            }
            if (b == '\r') {
                if (in.read() != '\n') {
                    throw new IOException("a CR without LF in a chunk's frame");
                }
                return line.toString(US_ASCII);
            }
            line.write(b);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
