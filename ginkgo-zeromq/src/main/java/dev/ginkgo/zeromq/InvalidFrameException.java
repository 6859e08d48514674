package dev.ginkgo.zeromq;

/** Thrown when bytes are not what a node of this version says. */
final class InvalidFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidFrameException(String message) {
        super(message);
    }
}
