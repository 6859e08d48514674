package dev.ginkgo.hub.channel;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Payload of a message: text, as valid UTF-8, or arbitrary bytes. The array is not copied; the caller must not change
 * it afterwards.
 */
public final class Payload {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final long NOT_ASCII = 0x8080808080808080L;

    private final byte[] bytes;
    private final boolean binary;

    private Payload(byte[] bytes, boolean binary) {
        this.bytes = bytes;
        this.binary = binary;
    }

    /**
     * Returns a text payload.
     *
     * @throws IllegalArgumentException if the text contains an unpaired surrogate, which UTF-8 cannot encode
     */
    public static Payload text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8); // replaces unpaired surrogates
        if (!new String(utf8, StandardCharsets.UTF_8).equals(text)) {
            throw new IllegalArgumentException(
                    "the text contains an unpaired surrogate and cannot be encoded as UTF-8; publish it as bytes");
        }
        return new Payload(utf8, false);
    }

    /**
     * Returns a text payload for bytes that are already encoded.
     *
     * @throws IllegalArgumentException if the bytes are not valid UTF-8
     */
    public static Payload text(byte[] utf8) {
        if (!isUtf8(utf8)) {
            throw new IllegalArgumentException(
                    "the body is not UTF-8; send it as application/octet-stream if it is not text");
        }
        return new Payload(utf8, false);
    }

    /** Returns a text payload for bytes that have been examined with {@link #isUtf8}, as part of a longer text. */
    public static Payload examinedText(byte[] utf8) {
        return new Payload(utf8, false);
    }

    /** Returns a payload received from another node. It is treated as text only if it is valid UTF-8. */
    public static Payload relayed(byte[] bytes, boolean binary) {
        return new Payload(bytes, binary || !isUtf8(bytes));
    }

    /** Returns whether bytes are valid UTF-8. Most are ASCII, of which eight are examined at a time. */
    public static boolean isUtf8(byte[] bytes) {
        int ascii = 0;
        while (ascii <= bytes.length - Long.BYTES && ((long) LONGS.get(bytes, ascii) & NOT_ASCII) == 0) {
            ascii += Long.BYTES;
        }
        while (ascii < bytes.length && bytes[ascii] >= 0) {
            ascii++;
        }
        return ascii == bytes.length
                || ByteBufUtil.isText(
                        Unpooled.wrappedBuffer(bytes), ascii, bytes.length - ascii, StandardCharsets.UTF_8);
    }

    /** Returns a binary payload. */
    public static Payload binary(byte[] bytes) {
        return new Payload(bytes, true);
    }

    /** Returns the bytes themselves, which must not be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** Returns whether this is a binary payload. */
    public boolean binary() {
        return binary;
    }
}
