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
 * Cuts a stream of bytes into lines. The buffer is made at the first read, so that a connection that is only written
 * to costs none, and grows with the lines, up to the longest one allowed. Used by one thread at a time.
 */
final class LineReader {
    /** Where the bytes come from: as {@code InputStream.read}. */
    @FunctionalInterface
    interface Source {
        int read(byte[] buffer, int offset, int length) throws IOException;
    }

    private static final int FIRST_BUFFER = 1024;
    private static final int KEPT_BUFFER = 8 * FIRST_BUFFER;

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

    @Nullable
    String next() throws IOException {
        int seen = 0;
        while (true) {
            for (int i = begin + seen; i < end; i++) {
                if (buffer[i] == '\n') {
                    return line(i, i + 1);
                }
            }
            seen = end - begin;
            // A carriage return may still turn out to be half of the line's end.
            checkLength(seen > 0 && buffer[end - 1] == '\r' ? seen - 1 : seen);
            if (ended || !fill()) {
                ended = true;
                return begin == end ? null : line(end, end);
            }
        }
    }

    /** Whether the stream has come to its end. */
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
            if (buffer.length > KEPT_BUFFER) {
                buffer = new byte[0]; // one long line does not make a connection dear for ever
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
            buffer = Arrays.copyOfRange(buffer, begin, begin + Math.max(FIRST_BUFFER, 2 * buffer.length));
        } else {
            System.arraycopy(buffer, begin, buffer, 0, used);
        }
        begin = 0;
        end = used;
    }

    private void checkLength(int length) throws LineTooLongException {
        Size longest = maxLine.get();
        if (length > longest.bytes()) {
            throw new LineTooLongException("line longer than " + longest + " from peer " + peer);
        }
    }

    /** What comes after it cannot be told from the rest of the line, so the connection has to end. */
    static final class LineTooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        LineTooLongException(String message) {
            super(message);
        }
    }
}
