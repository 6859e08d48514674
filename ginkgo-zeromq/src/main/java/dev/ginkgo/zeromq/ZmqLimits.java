package dev.ginkgo.zeromq;

/**
 * What bounds the memory for peers.
 *
 * @param maxQueueBytes bytes that may wait for one
 * @param maxMessageBytes bytes of the largest message that is carried
 */
record ZmqLimits(long maxQueueBytes, long maxMessageBytes) {
    /** The largest frame: one such message, or many small ones. */
    long maxFrameBytes() {
        return maxMessageBytes + FrameWriter.OVERHEAD;
    }
}
