package dev.ginkgo.hub.channel;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * What is published: text, as valid UTF-8, or bytes that claim nothing. The array is not copied; whoever makes a
 * payload gives it away.
 */
public final class Payload {
    private final byte[] bytes;
    private final boolean binary;

    private Payload(byte[] bytes, boolean binary) {
        this.bytes = bytes;
        this.binary = binary;
    }

    /**
     * Text.
     *
     * @throws IllegalArgumentException if it holds half a surrogate pair, which no UTF-8 can carry
     */
    public static Payload text(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return new Payload(bytes, false);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    "the text holds half a surrogate pair and cannot be sent as UTF-8; publish it as bytes", e);
        }
    }

    /**
     * Text that came as bytes.
     *
     * @throws IllegalArgumentException if they are not UTF-8
     */
    public static Payload text(byte[] utf8) {
        if (!ByteBufUtil.isText(Unpooled.wrappedBuffer(utf8), StandardCharsets.UTF_8)) {
            throw new IllegalArgumentException(
                    "the body is not UTF-8; send it as application/octet-stream if it is no text");
        }
        return new Payload(utf8, false);
    }

    /** What came from another node: text only if it is. */
    public static Payload relayed(byte[] bytes, boolean binary) {
        return new Payload(bytes, binary || !ByteBufUtil.isText(Unpooled.wrappedBuffer(bytes), StandardCharsets.UTF_8));
    }

    /** Bytes, whatever they are. */
    public static Payload binary(byte[] bytes) {
        return new Payload(bytes, true);
    }

    /** The bytes themselves, not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    public boolean binary() {
        return binary;
    }
}
