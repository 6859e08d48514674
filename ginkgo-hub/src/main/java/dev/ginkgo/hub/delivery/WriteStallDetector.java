package dev.ginkgo.hub.delivery;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/** Tells whether a write waits for a peer that does not read. On the loop. */
final class WriteStallDetector {
    private final Channel connection;

    // when bytes last left for the socket, and what was left to go then
    private long lastProgressAt;
    private long pending;
    private long progress;

    WriteStallDetector(Channel connection) {
        this.connection = connection;
    }

    /** Something is written now. */
    void writeStarted(long now) {
        lastProgressAt = now;
    }

    /** When something was last written, or has left. */
    long lastProgressAt() {
        return lastProgressAt;
    }

    /** Whether no byte has left for so long. To be asked now and then, while something is being written. */
    boolean isStalled(long now, long timeoutNanos) {
        ChannelOutboundBuffer buffer = connection.unsafe().outboundBuffer();
        long pendingNow = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        long progressNow = buffer == null ? 0 : buffer.currentProgress();
        if (pendingNow != pending || progressNow != progress) {
            pending = pendingNow;
            progress = progressNow;
            lastProgressAt = Math.max(lastProgressAt, now);
            return false;
        }
        return now - lastProgressAt >= timeoutNanos;
    }
}
