package dev.ginkgo.hub.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** A write to an adopted socket, which owns its frames until the socket has accepted them. Event loop only. */
final class PendingWrite {
    private final Deque<ByteBuf> frames;
    private final Promise<Void> result;

    /** Whether the event loop waits until the socket has room. */
    boolean awaitsRoom;

    PendingWrite(List<ByteBuf> frames, EventLoop eventLoop) {
        this.frames = new ArrayDeque<>(frames);
        this.result = eventLoop.newPromise();
    }

    Future<Void> result() {
        return result;
    }

    /** Returns the number of bytes that the socket has not accepted. */
    long remaining() {
        return frames.stream().mapToLong(ByteBuf::readableBytes).sum();
    }

    /**
     * Writes until the socket is full. Returns whether it has accepted everything.
     *
     * @throws IOException if the connection has failed
     */
    boolean continueTo(Socket socket) throws IOException {
        for (ByteBuf frame = frames.peek(); frame != null; frame = frames.peek()) {
            if (!write(frame, socket)) {
                return false;
            }
            frames.remove().release();
        }
        return true;
    }

    private static boolean write(ByteBuf frame, Socket socket) throws IOException {
        if (!frame.isReadable()) {
            return true;
        }
        if (!frame.isDirect()) { // a small event
            ByteBuf copy = Unpooled.directBuffer(frame.readableBytes());
            try {
                copy.writeBytes(frame, frame.readerIndex(), frame.readableBytes());
                return writeDirect(copy, frame, socket);
            } finally {
                copy.release();
            }
        }
        return writeDirect(frame, frame, socket);
    }

    /** Writes bytes, and consumes as many of a frame as the socket accepts. */
    private static boolean writeDirect(ByteBuf bytes, ByteBuf frame, Socket socket) throws IOException {
        ByteBuffer buffer = bytes.nioBuffer();
        int position = buffer.position();
        while (position < buffer.limit()) {
            int accepted = socket.send(buffer, position, buffer.limit());
            if (accepted <= 0) {
                return false;
            }
            position += accepted;
            frame.skipBytes(accepted);
        }
        return true;
    }

    void succeed() {
        result.trySuccess(null);
    }

    /** Releases the frames that have not been written. */
    void fail() {
        frames.forEach(ByteBuf::release);
        frames.clear();
        result.tryFailure(new ClosedChannelException());
    }
}
