package dev.ginkgo.hub.compression;

import io.netty.buffer.ByteBuf;

/** DEFLATE blocks that contain data as it is (RFC 1951, section 3.2.4). */
public final class StoredBlocks {
    private static final int MAX_LENGTH = 0xffff;

    private StoredBlocks() {}

    /** Writes data as blocks that are not the last ones, and consumes it. The output must be at a byte boundary. */
    public static void write(ByteBuf data, ByteBuf out) {
        while (data.isReadable()) {
            int length = Math.min(MAX_LENGTH, data.readableBytes());
            out.writeByte(0).writeShortLE(length).writeShortLE(~length).writeBytes(data, length);
        }
    }
}
