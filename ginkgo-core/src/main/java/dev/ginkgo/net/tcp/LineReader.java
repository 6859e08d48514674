package dev.ginkgo.net.tcp;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.Size;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Splits a stream of bytes into lines. The buffer is allocated at the first read, so that a connection that is only
 * written to needs none; it grows with the lines, up to the longest allowed line. Used by one thread at a time.
 */
final class LineReader {
    /** Source of the bytes, like {@code InputStream.read}. */
    @FunctionalInterface
    interface Source {
        int read(byte[] buffer, int offset, int length) throws IOException;
    }

    private static final int INITIAL_BUFFER_BYTES = 1024;
    private static final int RETAINED_BUFFER_BYTES = 8 * INITIAL_BUFFER_BYTES;

    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private final Source source;
    private final Supplier<Size> maxLine;
    private final Address peer;

    private byte[] buffer = {};
    private int begin;
    private int end;
    private boolean ended;

    LineReader(Source source, Supplier<Size> maxLine, Address peer) {
        this.source = source;
        this.maxLine = maxLine;
        this.peer = peer;
    }

    /** Returns the next line without its line end; null at the end of the stream. Blocks until there is one. */
    @Nullable
    String next() throws IOException {
        int scanned = 0;
        while (true) {
            for (int i = begin + scanned; i < end; i++) {
                if (buffer[i] == '\n') {
                    return line(i, i + 1);
                }
            }
            scanned = end - begin;
            // A trailing carriage return may be the first half of a line end.
            checkLength(scanned > 0 && buffer[end - 1] == '\r' ? scanned - 1 : scanned);
            if (ended || !fill()) {
                ended = true;
                return begin == end ? null : line(end, end);
            }
        }
    }

    /** Returns whether the end of the stream has been reached. */
    boolean ended() {
        return ended;
    }

    private String line(int lineEnd, int next) throws IOException {
        int from = begin;
        int length = lineEnd - from;
        if (length > 0 && next > lineEnd && buffer[lineEnd - 1] == '\r') {
            length--;
        }
        begin = next;
        checkLength(length);
        try {
            return utf8.decode(ByteBuffer.wrap(buffer, from, length)).toString();
        } catch (CharacterCodingException e) {
            throw new IOException("a line from peer " + peer + " is not valid UTF-8", e);
        }
    }

    private boolean fill() throws IOException {
        if (begin == end) {
            begin = 0;
            end = 0;
            if (buffer.length > RETAINED_BUFFER_BYTES) {
                buffer = new byte[0]; // one long line must not make the connection hold a large buffer forever
            }
        }
        if (end == buffer.length) {
            makeRoom();
        }
        int count = source.read(buffer, end, buffer.length - end);
        end += Math.max(count, 0);
        return count >= 0;
    }

    private void makeRoom() {
        int used = end - begin;
        if (used > buffer.length / 2 || buffer.length == 0) {
            buffer = Arrays.copyOfRange(buffer, begin, begin + Math.max(INITIAL_BUFFER_BYTES, 2 * buffer.length));
        } else {
            System.arraycopy(buffer, begin, buffer, 0, used);
        }
        begin = 0;
        end = used;
    }

    private void checkLength(int length) throws LineTooLongException {
        Size limit = maxLine.get();
        if (length > limit.bytes()) {
            throw new LineTooLongException("line longer than " + limit + " from peer " + peer);
        }
    }

    /**
     * Thrown for a line that is too long. The connection has to be closed, because the rest of the line cannot be
     * distinguished from the next line.
     */
    static final class LineTooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        LineTooLongException(String message) {
            super(message);
        }
    }
}
