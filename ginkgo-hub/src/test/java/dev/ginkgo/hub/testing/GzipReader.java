package dev.ginkgo.hub.testing;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/** Reader of a chunked stream that is compressed with gzip. It reads no more than it returns, so it may wait for a message. */
public final class GzipReader implements AutoCloseable {
    private final ChunkedStreamClient client;
    private final GZIPInputStream in;

    /** Waits for the header. */
    public GzipReader(ChunkedStreamClient client) throws IOException {
        this.client = client;
        this.in = new GZIPInputStream(new Chunks(client));
    }

    /** The bytes of the chunks. */
    private static final class Chunks extends InputStream {
        private final ChunkedStreamClient client;
        private byte[] chunk = {};
        private int position;
        private boolean ended;

        private Chunks(ChunkedStreamClient client) {
            this.client = client;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (position == chunk.length && !ended) {
                chunk = client.nextChunk();
                position = 0;
                ended = chunk.length == 0;
            }
            if (ended) {
                return -1;
            }
            int count = Math.min(length, chunk.length - position);
            System.arraycopy(chunk, position, buffer, offset, count);
            position += count;
            return count;
        }
    }

    /** Returns the next bytes; each is one character of the result. */
    public String read(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the stream ended after " + bytes.length + " of " + length + " bytes");
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Returns the next bytes up to and including a text, and what has arrived with it. */
    public String readTo(String end) throws IOException {
        StringBuilder all = new StringBuilder();
        byte[] bytes = new byte[8192];
        int searched = 0;
        while (all.indexOf(end, searched) < 0) {
            searched = Math.max(0, all.length() - end.length());
            int length = in.read(bytes);
            if (length < 0) {
                throw new EOFException("the stream ended without \"" + end + "\"");
            }
            all.append(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
        }
        return all.toString();
    }

    /** Returns the rest of the stream, and checks its end. */
    public String readToEnd() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
