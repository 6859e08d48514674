package dev.ginkgo.hub.framing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;

/** Framing of a stream on the connection. */
public enum FrameEncoder {
    /** A chunk of HTTP/1.1 (RFC 9112, 7.1). */
    CHUNK {
        @Override
        void writeHead(int length, boolean binary, ByteBuf out) {
            for (int shift = Integer.BYTES * 8 - 4; shift >= 0; shift -= 4) {
                if (length >>> shift != 0 || shift == 0) {
                    out.writeByte(HEX_DIGITS.charAt((length >>> shift) & 0xf));
                }
            }
            out.writeShort(CRLF);
        }

        @Override
        void writeTail(ByteBuf out) {
            out.writeShort(CRLF);
        }

        @Override
        int frameLength(int bodyLength) {
            int bits = Integer.SIZE - Integer.numberOfLeadingZeros(bodyLength);
            return Math.max(1, (bits + 3) / 4) + bodyLength + 4;
        }

        @Override
        void writePing(ByteBuf out) {}

        @Override
        void writeEnd(String reason, ByteBuf out) {
            out.writeByte('0').writeShort(CRLF).writeShort(CRLF);
        }
    },

    /** No framing: the protocol has its own, as HTTP/2. */
    NONE {
        @Override
        void writeHead(int length, boolean binary, ByteBuf out) {}

        @Override
        void writeTail(ByteBuf out) {}

        @Override
        int frameLength(int bodyLength) {
            return bodyLength;
        }

        @Override
        void writePing(ByteBuf out) {}

        @Override
        void writeEnd(String reason, ByteBuf out) {}
    },

    /** An unfragmented, unmasked WebSocket frame, as servers send it (RFC 6455, 5.2). */
    WEBSOCKET {
        @Override
        void writeHead(int length, boolean binary, ByteBuf out) {
            writeHeader(binary ? BINARY : TEXT, length, out);
        }

        @Override
        void writeTail(ByteBuf out) {}

        @Override
        void writeCompressedFrame(ByteBuf body, boolean binary, ByteBuf out) {
            writeHeader(RSV1 | (binary ? BINARY : TEXT), body.readableBytes(), out);
            out.writeBytes(body);
        }

        @Override
        void writePing(ByteBuf out) {
            writeHeader(PING, 0, out);
        }

        @Override
        void writeEnd(String reason, ByteBuf out) {
            byte[] text = shorten(reason).getBytes(UTF_8);
            writeHeader(CLOSE, Short.BYTES + text.length, out);
            out.writeShort(GOING_AWAY).writeBytes(text);
        }
    };

    /** Maximum number of bytes that {@link #writeFrame} adds to a body. */
    public static final int OVERHEAD = 12;

    private static final String HEX_DIGITS = "0123456789abcdef";
    private static final int CRLF = ('\r' << 8) | '\n';
    private static final int FIN = 0x80;
    private static final int RSV1 = 0x40;
    private static final int TEXT = 0x1;
    private static final int BINARY = 0x2;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int GOING_AWAY = 1001;

    /**
     * Maximum length of the close reason in characters: a control frame has at most 125 bytes, and a character takes up
     * to three.
     */
    private static final int MAX_REASON = 40;

    /** Writes a frame around {@code body}, and consumes it. */
    void writeFrame(ByteBuf body, boolean binary, ByteBuf out) {
        writeHead(body.readableBytes(), binary, out);
        out.writeBytes(body);
        writeTail(out);
    }

    /** Writes what precedes a body of a given length. */
    abstract void writeHead(int length, boolean binary, ByteBuf out);

    /** Writes what follows a body. */
    abstract void writeTail(ByteBuf out);

    /** Writes a frame that says that {@code body} is compressed (RFC 7692, section 6), and consumes it. */
    void writeCompressedFrame(ByteBuf body, boolean binary, ByteBuf out) {
        throw new UnsupportedOperationException(this + " has no frames that say that they are compressed");
    }

    /** Returns the length of a frame around a body, or up to {@link #OVERHEAD} bytes more than the body. */
    int frameLength(int bodyLength) {
        return bodyLength + OVERHEAD;
    }

    /** Writes the keep-alive of the framing itself, if it has one. */
    abstract void writePing(ByteBuf out);

    /** Writes the end of the stream. */
    abstract void writeEnd(String reason, ByteBuf out);

    private static void writeHeader(int opcode, int length, ByteBuf out) {
        out.writeByte(FIN | opcode);
        if (length < 126) {
            out.writeByte(length);
        } else if (length < 1 << 16) {
            out.writeByte(126).writeShort(length);
        } else {
            out.writeByte(127).writeLong(length);
        }
    }

    private static String shorten(String reason) {
        int end = Math.min(MAX_REASON, reason.length());
        return reason.substring(0, end > 0 && Character.isHighSurrogate(reason.charAt(end - 1)) ? end - 1 : end);
    }
}
