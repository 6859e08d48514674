package dev.ginkgo.hub.delivery;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.function.LongSupplier;

/** Detects writes that make no progress because the peer does not read. Used only on the event loop. */
final class WriteStallDetector {
    private final Channel connection;

    // when the socket last accepted bytes, and the state of the outbound buffer at that time
    private long lastProgressAt;
    private long pending;
    private long progress;

    WriteStallDetector(Channel connection) {
        this.connection = connection;
    }

    /** Records that a write has started. */
    void writeStarted(long now) {
        lastProgressAt = now;
    }

    /** Returns whether the socket has not accepted all bytes yet. */
    boolean isWritePending() {
        ChannelOutboundBuffer buffer = connection.unsafe().outboundBuffer();
        return buffer != null && buffer.totalPendingWriteBytes() > 0;
    }

    /** Returns the time of the last write or progress. */
    long lastProgressAt() {
        return lastProgressAt;
    }

    /**
     * Returns whether no byte has been accepted by the socket for the timeout. Called periodically while a write is in
     * progress.
     */
    boolean isStalled(long now, long timeoutNanos) {
        ChannelOutboundBuffer buffer = connection.unsafe().outboundBuffer();
        long pendingNow = buffer == null ? connection.bytesBeforeUnwritable() : buffer.totalPendingWriteBytes();
        long progressNow = buffer == null ? reportedProgress() : buffer.currentProgress();
        if (pendingNow != pending || progressNow != progress) {
            pending = pendingNow;
            progress = progressNow;
            lastProgressAt = Math.max(lastProgressAt, now);
            return false;
        }
        return now - lastProgressAt >= timeoutNanos;
    }

    private long reportedProgress() {
        LongSupplier reported = connection.attr(WriteProgress.KEY).get();
        return reported == null ? 0 : reported.getAsLong();
    }
}
