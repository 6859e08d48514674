package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.connection.StreamConnection;

/** Detects writes that make no progress because the peer does not read. Used only on the event loop. */
final class WriteStallDetector {
    private final StreamConnection connection;

    // when the socket last accepted bytes, and the state of the outbound buffer at that time
    private long lastProgressAt;
    private long pending;
    private long progress;

    WriteStallDetector(StreamConnection connection) {
        this.connection = connection;
    }

    /** Records that a write has started. */
    void writeStarted(long now) {
        lastProgressAt = now;
    }

    /** Returns whether the socket has not accepted all bytes yet. */
    boolean isWritePending() {
        return connection.pendingBytes() > 0;
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
        long pendingNow = connection.pendingBytes();
        long progressNow = connection.progress();
        if (pendingNow != pending || progressNow != progress) {
            pending = pendingNow;
            progress = progressNow;
            lastProgressAt = Math.max(lastProgressAt, now);
            return false;
        }
        return now - lastProgressAt >= timeoutNanos;
    }
}
