package dev.ginkgo.hub.delivery;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Allocator that overwrites direct memory when it is released, and does not return it to the system: code that still reads it
 * reads the pattern.
 */
final class PoisoningAllocator extends AbstractByteBufAllocator {
    private static final byte PATTERN = (byte) 0xee;

    private final Queue<ByteBuffer> released = new ConcurrentLinkedQueue<>();
    private final AtomicLong used = new AtomicLong();

    PoisoningAllocator() {
        super(true);
    }

    /** Returns the number of bytes of direct memory that have not been released. */
    long used() {
        return used.get();
    }

    /** Returns how many buffers have been released. */
    int releasedBuffers() {
        return released.size();
    }

    private final class PoisonedBuffer extends UnpooledDirectByteBuf {
        private final ByteBuffer bytes;

        PoisonedBuffer(ByteBuffer bytes) {
            super(PoisoningAllocator.this, bytes, bytes.capacity());
            this.bytes = bytes;
            clear();
            used.addAndGet(bytes.capacity());
        }

        @Override
        public boolean hasMemoryAddress() {
            return true; // also where Netty does not use sun.misc.Unsafe
        }

        @Override
        public long memoryAddress() {
            return MemorySegment.ofBuffer(bytes.duplicate().clear()).address();
        }

        @Override
        protected void deallocate() {
            for (int i = 0; i < bytes.capacity(); i++) {
                bytes.put(i, PATTERN);
            }
            released.add(bytes);
            used.addAndGet(-bytes.capacity());
            super.deallocate();
        }
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return new UnpooledHeapByteBuf(this, initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return new PoisonedBuffer(ByteBuffer.allocateDirect(maxCapacity));
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }
}
