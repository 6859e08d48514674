package lab;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.zip.GZIPInputStream;

/** Reads a chunked response of HTTP/1.1 that is compressed by gzip. */
final class GzipLayer implements ThreadSubscribers.Layer {
    private final byte[] request;

    GzipLayer(byte[] request) {
        this.request = request;
    }

    @Override
    public void read(Socket socket, int streams, Runnable ready, ThreadSubscribers.Sink sink) throws IOException {
        socket.getOutputStream().write(request);
        InputStream in = new java.io.BufferedInputStream(socket.getInputStream(), 16 * 1024);
        String head = head(in);
        if (!head.toLowerCase(java.util.Locale.ROOT).contains("content-encoding: gzip")) {
            throw new IOException("the response is not compressed: " + head);
        }
        ready.run();
        InputStream decoded = new GZIPInputStream(new Chunks(in), 8 * 1024);
        byte[] bytes = new byte[8 * 1024];
        for (int length = decoded.read(bytes); length > 0; length = decoded.read(bytes)) {
            sink.accept(0, bytes, 0, length);
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        return head.toString();
    }

    /** The data of chunks. */
    private static final class Chunks extends InputStream {
        private final InputStream in;
        private int left;

        Chunks(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                left = size();
                if (left == 0) {
                    return -1;
                }
            }
            int got = in.read(bytes, offset, Math.min(length, left));
            left -= Math.max(0, got);
            if (left == 0) {
                in.skipNBytes(2);
            }
            return got;
        }

        private int size() throws IOException {
            int size = 0;
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    return 0;
                }
                size = next == '\r' ? size : size * 16 + Character.digit(next, 16);
            }
            return size;
        }

        @Override
        public int available() throws IOException {
            return Math.min(left, in.available());
        }
    }
}
