package dev.ginkgo.hub.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Client of a chunked stream without a response head. It checks the framing of each chunk. */
public final class ChunkedStreamClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    public ChunkedStreamClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
        in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** Reads the next chunk; empty for the last. */
    public byte[] nextChunk() throws IOException {
        int length = Integer.parseInt(line(), 16);
        byte[] body = in.readNBytes(length);
        if (body.length < length || !line().isEmpty()) {
            throw new EOFException("incomplete chunk: " + body.length + " of " + length + " bytes");
        }
        return body;
    }

    public String nextText() throws IOException {
        return new String(nextChunk(), StandardCharsets.UTF_8);
    }

    /** Reads up to and including a text, with the chunk framing, or of a stream that is not chunked. */
    public String readRawTo(String end) throws IOException {
        StringBuilder all = new StringBuilder();
        while (all.indexOf(end) < 0) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the stream ended without \"" + end + "\": \"" + all + "\"");
            }
            all.append((char) b);
        }
        return all.toString();
    }

    /** Waits for the next byte or the end of the stream, and returns whether the stream has ended between chunks. */
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
                throw new EOFException(
                        "the stream ended within chunk framing after \"" + line.toString(US_ASCII) + "\"");
            }
            if (b == '\r') {
                if (in.read() != '\n') {
                    throw new IOException("CR without LF in chunk framing");
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
