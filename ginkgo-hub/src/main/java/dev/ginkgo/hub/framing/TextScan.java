package dev.ginkgo.hub.framing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Searches UTF-8 text for bytes that cannot be copied as they are, eight bytes at a time. Most texts have none of them, or few.
 */
public final class TextScan {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final int SPACE = 0x20;

    /** First byte of U+0085. */
    private static final int C2 = 0xc2;

    /** First byte of U+2028 and U+2029. */
    private static final int E2 = 0xe2;

    private TextScan() {}

    /**
     * Returns the index of what ends or interrupts a string in JSON: a quotation mark, a backslash or a control character; the length of
     * the text if there is none.
     */
    public static int endOfJsonRun(byte[] utf8, int from) {
        return find(utf8, from, true, false);
    }

    /** Copies eight bytes, if there are so many, and none of them has to be escaped in JSON; returns whether it did. */
    static boolean copyWithoutEscapes(byte[] utf8, int from, byte[] to, int at) {
        if (from > utf8.length - Long.BYTES) {
            return false;
        }
        long word = (long) LONGS.get(utf8, from);
        if (found(word, true, true) != 0) {
            return false;
        }
        LONGS.set(to, at, word);
        return true;
    }

    /**
     * Returns the index of a control character, or of what may begin one of {@link UnicodeLineEnds}; the length of the text if there is
     * none.
     */
    static int endOfPlainRun(byte[] utf8, int from) {
        return find(utf8, from, false, true);
    }

    private static int find(byte[] utf8, int from, boolean quotes, boolean lineEnds) {
        int i = from;
        for (; i <= utf8.length - Long.BYTES; i += Long.BYTES) {
            long word = (long) LONGS.get(utf8, i);
            long found = found(word, quotes, lineEnds);
            if (found != 0) {
                return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        for (; i < utf8.length; i++) {
            int b = utf8[i] & 0xff;
            if (b < SPACE || (quotes && (b == '"' || b == '\\')) || (lineEnds && (b == C2 || b == E2))) {
                break;
            }
        }
        return i;
    }

    /** Sets the high bits of the bytes that are searched for. Those above the first one may be wrong. */
    private static long found(long word, boolean quotes, boolean lineEnds) {
        return lessThanSpace(word)
                | (quotes ? equal(word, '"') | equal(word, '\\') : 0)
                | (lineEnds ? equal(word, C2) | equal(word, E2) : 0);
    }

    private static long lessThanSpace(long word) {
        return (word - ONES * SPACE) & ~word & HIGH_BITS;
    }

    private static long equal(long word, int value) {
        long difference = word ^ (ONES * value);
        return (difference - ONES) & ~difference & HIGH_BITS;
    }
}
