package dev.ginkgo.zeromq;

/**
 * What bounds the memory for peers.
 *
 * @param queue bytes that may wait for one
 * @param message bytes of the largest message that is carried
 */
record ZmqLimits(long queue, long message) {
    /** The largest frame: one such message, or many small ones. */
    long frame() {
        return message + FrameWriter.OVERHEAD;
    }
}
