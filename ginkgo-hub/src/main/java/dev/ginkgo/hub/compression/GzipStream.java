package dev.ginkgo.hub.compression;

import io.netty.buffer.ByteBuf;

/**
 * The gzip member (RFC 1952) that one connection receives. It consists of blocks that other connections share, whichever they are,
 * so this keeps the checksum of the whole only. Not thread-safe.
 */
public final class GzipStream {
    private static final int MAGIC = 0x1f8b;
    private static final int DEFLATE = 8;
    private static final int UNKNOWN_SYSTEM = 0xff;

    /** An empty last block with the fixed code. */
    private static final int LAST_BLOCK = 0x0300;

    private int crc;
    private long length;

    /** Creates a stream without data. */
    public GzipStream() {}

    /** Writes the header, which precedes all blocks. */
    public static void writeHeader(ByteBuf out) {
        out.writeShort(MAGIC)
                .writeByte(DEFLATE)
                .writeByte(0)
                .writeIntLE(0)
                .writeByte(0)
                .writeByte(UNKNOWN_SYSTEM);
    }

    /** Counts blocks of a {@link Compressor} that the connection receives. */
    public void append(Checksum checksum) {
        crc = checksum.append(crc);
        length += checksum.length();
    }

    /** Writes data as it is, and consumes it. */
    public void writeStored(ByteBuf data, ByteBuf out) {
        append(Checksum.of(data));
        StoredBlocks.write(data, out);
    }

    /** Writes the end: the last block, and the checksum and length of all data. */
    public void writeEnd(ByteBuf out) {
        out.writeShort(LAST_BLOCK).writeIntLE(crc).writeIntLE((int) length);
    }
}
