package dev.ginkgo.hub.framing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;

/**
 * Copies UTF-8 text into a string of JSON, in one pass. It escapes what JSON requires (RFC 8259, section 7), and U+0085, U+2028 and
 * U+2029, because many clients split lines there.
 */
final class JsonEscaper {
    /** How many bytes are copied before the buffer is made larger. */
    private static final int BLOCK = 1024;

    /** Length of the longest escape sequence, which may stand for one byte. */
    private static final int MAX_ESCAPED = 6;

    private static final byte[] HEX_DIGITS = "0123456789ABCDEF".getBytes(US_ASCII);

    private JsonEscaper() {}

    /** Appends valid UTF-8 to a buffer on the heap. */
    static void write(byte[] utf8, ByteBuf out) {
        int i = 0;
        while (i < utf8.length) {
            int end = Math.min(utf8.length, i + BLOCK);
            out.ensureWritable(MAX_ESCAPED * (end - i) + Long.BYTES);
            byte[] to = out.array();
            int start = out.arrayOffset() + out.writerIndex();
            int at = start;
            while (i < end) {
                if (TextScan.copyWithoutEscapes(utf8, i, to, at)) {
                    i += Long.BYTES;
                    at += Long.BYTES;
                    continue;
                }
                int next = Math.min(end, i + Long.BYTES);
                while (i < next) {
                    byte b = utf8[i];
                    int lineEnd = b < 0 ? UnicodeLineEnds.lengthAt(utf8, i) : 0;
                    if (lineEnd > 0) {
                        at = escapeLineEnd(lineEnd, utf8[i + lineEnd - 1], to, at);
                        i += lineEnd;
                    } else {
                        at = escape(b, to, at);
                        i++;
                    }
                }
            }
            out.writerIndex(out.writerIndex() + at - start);
        }
    }

    private static int escape(byte b, byte[] to, int at) {
        if ((b < 0 || b >= ' ') && b != '"' && b != '\\') {
            to[at] = b;
            return at + 1;
        }
        to[at] = '\\';
        byte letter = switch (b) {
            case '\n' -> 'n';
            case '\r' -> 'r';
            case '\t' -> 't';
            case '\b' -> 'b';
            case '\f' -> 'f';
            default -> b < ' ' ? (byte) 'u' : b;
        };
        to[at + 1] = letter;
        if (letter != 'u') {
            return at + 2;
        }
        to[at + 2] = '0';
        to[at + 3] = '0';
        to[at + 4] = HEX_DIGITS[b >> 4];
        to[at + 5] = HEX_DIGITS[b & 0xf];
        return at + MAX_ESCAPED;
    }

    private static int escapeLineEnd(int length, byte last, byte[] to, int at) {
        String escaped = length == 2 ? "\\u0085" : last == (byte) 0xa8 ? "\\u2028" : "\\u2029";
        for (int i = 0; i < MAX_ESCAPED; i++) {
            to[at + i] = (byte) escaped.charAt(i);
        }
        return at + MAX_ESCAPED;
    }
}
