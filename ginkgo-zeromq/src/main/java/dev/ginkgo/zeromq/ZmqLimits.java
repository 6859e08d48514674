package dev.ginkgo.zeromq;

/**
 * Limits on the memory used for peers.
 *
 * @param maxQueueBytes maximum size of the send queue of one peer, in bytes
 * @param maxMessageBytes maximum size of a payload, in bytes
 */
record ZmqLimits(long maxQueueBytes, long maxMessageBytes) {
    /** Returns the maximum size of a frame in bytes: one message of the maximum size, or a batch of small ones. */
    long maxFrameBytes() {
        return maxMessageBytes + FrameWriter.OVERHEAD;
    }
}
