package dev.ginkgo.hub.compression;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Decompression of a WebSocket message that refers to no message before it (RFC 7692, section 7.2.2). */
public final class MessageInflater {
    /** The end of an empty stored block, which senders omit. */
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

    private static final int MIN_BUFFER = 256;

    /** Thrown if a message is too long when it is decompressed. */
    public static final class TooLongException extends Exception {
        private static final long serialVersionUID = 1L;

        private TooLongException(int maxLength) {
            super("a message has at most " + maxLength + " bytes when it is decompressed");
        }
    }

    /** Budget of the memory for the result. */
    @FunctionalInterface
    public interface Budget<E extends Exception> {
        /** Reserves memory, instead of what was reserved before. Throws if the budget is used up. */
        void resize(int bytes) throws E;
    }

    private MessageInflater() {}

    /**
     * Decompresses a whole message. It never takes more memory than a result of the maximum length, whatever it is compressed from.
     *
     * @param maxLength maximum length of the result in bytes
     * @param budget limits the size of the buffer; the caller returns the memory to it
     * @return the message in memory of the heap, which need not be released
     * @throws DataFormatException if it is not in the format
     * @throws TooLongException if the result would be longer than {@code maxLength}
     */
    public static <E extends Exception> ByteBuf inflate(ByteBuf compressed, int maxLength, Budget<E> budget)
            throws DataFormatException, TooLongException, E {
        Inflater inflater = new Inflater(true);
        try {
            int size = (int) Math.min(maxLength + 1L, Math.max(MIN_BUFFER, 4L * compressed.readableBytes()));
            budget.resize(size);
            ByteBuf out = Unpooled.buffer(size, maxLength + 1);
            for (ByteBuffer input : new ByteBuffer[] {compressed.nioBuffer(), ByteBuffer.wrap(TAIL)}) {
                inflater.setInput(input);
                int length;
                do {
                    if (!out.isWritable()) {
                        grow(out, maxLength, budget);
                    }
                    length = inflater.inflate(out.array(), out.arrayOffset() + out.writerIndex(), out.writableBytes());
                    out.writerIndex(out.writerIndex() + length);
                } while (length > 0);
            }
            if (out.readableBytes() > maxLength) {
                throw new TooLongException(maxLength);
            }
            return out;
        } finally {
            inflater.end();
        }
    }

    private static <E extends Exception> void grow(ByteBuf out, int maxLength, Budget<E> budget)
            throws TooLongException, E {
        if (out.readableBytes() > maxLength) {
            throw new TooLongException(maxLength);
        }
        int size = (int) Math.min(maxLength + 1L, 2L * out.capacity());
        budget.resize(size);
        out.capacity(size);
    }
}
