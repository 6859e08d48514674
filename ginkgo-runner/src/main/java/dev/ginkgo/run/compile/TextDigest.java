package dev.ginkgo.run.compile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * Digests that detect changed and damaged files: two checksums and the length. They do not resist an attacker who
 * constructs files: such an attacker could already write to the files of the user. {@code MessageDigest} would need security
 * providers, whose loading takes a tenth of a start.
 */
final class TextDigest {
    /** Length of a digest, in characters. */
    static final int LENGTH = 32;

    private TextDigest() {}

    /** Returns the digest of the text in UTF-8, in hexadecimal. */
    static String of(CharSequence text) {
        return of(text.toString().getBytes(UTF_8));
    }

    /** Returns the digest of bytes, in hexadecimal. */
    static String of(byte[] bytes) {
        CRC32 first = new CRC32();
        first.update(bytes);
        CRC32C second = new CRC32C();
        second.update(bytes);
        return hex(first.getValue() << 32 | second.getValue()) + hex(bytes.length);
    }

    private static String hex(long value) {
        String digits = Long.toHexString(value);
        return "0".repeat(Long.BYTES * 2 - digits.length()) + digits;
    }
}
