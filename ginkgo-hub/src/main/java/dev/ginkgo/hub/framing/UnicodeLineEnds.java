package dev.ginkgo.hub.framing;

/**
 * Line ends of Unicode other than CR and LF, at which clients split text although no protocol of the hub ends a line there:
 * U+000B, U+000C, U+001C to U+001E, U+0085, U+2028 and U+2029, as in {@code str.splitlines} of Python.
 */
final class UnicodeLineEnds {
    private UnicodeLineEnds() {}

    /** Returns the length in bytes of such a character at an index; 0 if there is another one. */
    static int lengthAt(byte[] utf8, int index) {
        byte b = utf8[index];
        if (b == 0x0b || b == 0x0c || (b >= 0x1c && b <= 0x1e)) {
            return 1;
        }
        // U+0085 is C2 85, U+2028 is E2 80 A8, U+2029 is E2 80 A9
        if (b == (byte) 0xc2 && at(utf8, index + 1) == 0x85) {
            return 2;
        }
        return b == (byte) 0xe2 && at(utf8, index + 1) == 0x80 && (at(utf8, index + 2) & 0xfe) == 0xa8 ? 3 : 0;
    }

    private static int at(byte[] utf8, int index) {
        return index < utf8.length ? utf8[index] & 0xff : 0;
    }
}
