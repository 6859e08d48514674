package dev.ginkgo.hub.delivery;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/** Tells whether a write waits for a peer that does not read. On the loop. */
final class WriteStallDetector {
    private final Channel connection;

    // when bytes last left for the socket, and what was left to go then
    private long wroteAt;
    private long pending;
    private long progress;

    WriteStallDetector(Channel connection) {
        this.connection = connection;
    }

    /** Something is written now. */
    void begin(long now) {
        wroteAt = now;
    }

    /** When something was last written, or has left. */
    long wroteAt() {
        return wroteAt;
    }

    /** Whether no byte has left for so long. To be asked now and then, while something is being written. */
    boolean isOver(long now, long timeoutNanos) {
        ChannelOutboundBuffer buffer = connection.unsafe().outboundBuffer();
        long pendingNow = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        long progressNow = buffer == null ? 0 : buffer.currentProgress();
        if (pendingNow != pending || progressNow != progress) {
            pending = pendingNow;
            progress = progressNow;
            wroteAt = Math.max(wroteAt, now);
            return false;
        }
        return now - wroteAt >= timeoutNanos;
    }
}
