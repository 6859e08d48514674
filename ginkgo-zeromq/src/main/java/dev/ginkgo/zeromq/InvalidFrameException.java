package dev.ginkgo.zeromq;

/** Thrown when received bytes are not a valid frame of this version, or a frame is not valid for this node. */
final class InvalidFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidFrameException(String message) {
        super(message);
    }
}
