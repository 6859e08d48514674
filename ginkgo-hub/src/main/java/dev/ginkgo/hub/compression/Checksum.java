package dev.ginkgo.hub.compression;

import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32;

/**
 * CRC-32 of data that many streams contain, in a form that is appended to the checksum of a stream without the data.
 *
 * <p>The CRC of a concatenation is a linear function of those of its parts: that of the first part is multiplied by a power of x
 * that depends on the length of the second one, in the ring of polynomials modulo that of CRC-32. The method is that of zlib's
 * {@code crc32_combine_gen} and {@code crc32_combine_op}.
 *
 * @param crc the CRC-32 of the data
 * @param length length of the data in bytes
 * @param shift x to the power of the length in bits
 */
public record Checksum(int crc, long length, int shift) {
    /** The polynomial of CRC-32; the highest bit is the coefficient of the power zero. */
    private static final int POLYNOMIAL = 0xEDB88320;

    private static final int ONE = 1 << 31;

    /** The checksum of no data. */
    public static final Checksum EMPTY = new Checksum(0, 0, ONE);

    /** Returns the checksum of the readable bytes of a buffer, and does not consume them. */
    public static Checksum of(ByteBuf data) {
        CRC32 crc = new CRC32();
        crc.update(data.nioBuffer());
        return new Checksum((int) crc.getValue(), data.readableBytes(), shift(data.readableBytes()));
    }

    /** Returns the CRC-32 of other data followed by this data. */
    public int append(int crcBefore) {
        return multiply(shift, crcBefore) ^ crc;
    }

    /** Returns x to the power of 8 times a length. */
    private static int shift(long length) {
        int power = ONE;
        int square = ONE >>> 8; // x^8, then x^16, x^32 and so on
        for (long rest = length; rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                power = multiply(square, power);
            }
            square = multiply(square, square);
        }
        return power;
    }

    /** Returns the product of two polynomials. */
    private static int multiply(int left, int right) {
        int product = 0;
        int shifted = right;
        for (int rest = left; rest != 0; rest <<= 1) {
            if (rest < 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) == 0 ? shifted >>> 1 : (shifted >>> 1) ^ POLYNOMIAL;
        }
        return product;
    }
}
