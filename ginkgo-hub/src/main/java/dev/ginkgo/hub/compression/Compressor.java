package dev.ginkgo.hub.compression;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.zip.Deflater;

/**
 * Compressor of data into DEFLATE blocks (RFC 1951) that can stand anywhere in a stream: they refer to nothing before them, are
 * not the last blocks, and end at a byte boundary with an empty stored block. Used by one thread at a time.
 */
public final class Compressor {
    /** Maximum length of data that is compressed; longer data would hold up the event loop for too long. */
    public static final int MAX_INPUT = 1024 * 1024;

    /** Maximum distance to which a message of a WebSocket refers, so that its receiver needs little memory. */
    private static final int MAX_DISTANCE = 4096;

    /** Takes two thirds of the time of zlib's default, 6, with results that are about a tenth longer. */
    private static final int LEVEL = 4;

    private static final int MAX_KEPT = 128 * 1024;

    private final Deflater deflater = new Deflater(LEVEL, true);
    private ByteBuf out = Unpooled.buffer();

    Compressor() {}

    /**
     * Compresses data, and does not consume it. Data longer than {@link #MAX_INPUT} is put into stored blocks.
     *
     * @return valid until the next call
     */
    public ByteBuf compress(ByteBuf data) {
        return compress(data, MAX_INPUT);
    }

    /** As {@link #compress}, with blocks that refer only to the 4 KiB before them. */
    public ByteBuf compressWithSmallWindow(ByteBuf data) {
        return compress(data, MAX_DISTANCE);
    }

    private ByteBuf compress(ByteBuf data, int segment) {
        int length = data.readableBytes();
        if (out.capacity() > MAX_KEPT) {
            out = Unpooled.buffer(); // grown for large data; do not keep it
        }
        out.clear();
        if (length > MAX_INPUT) {
            StoredBlocks.write(data.duplicate(), out);
            return out;
        }
        deflater.reset();
        for (int start = 0; start < length; start += segment) {
            int size = Math.min(segment, length - start);
            deflater.setInput(data.nioBuffer(data.readerIndex() + start, size));
            out.ensureWritable(size + (size >> 8) + 64); // so that one call suffices
            deflate();
        }
        return out;
    }

    /** Compresses the input up to its end. What follows does not refer to it. */
    private void deflate() {
        do {
            out.ensureWritable(64);
            int written = deflater.deflate(
                    out.array(), out.arrayOffset() + out.writerIndex(), out.writableBytes(), Deflater.FULL_FLUSH);
            out.writerIndex(out.writerIndex() + written);
        } while (!out.isWritable());
    }

    void close() {
        deflater.end();
    }
}
