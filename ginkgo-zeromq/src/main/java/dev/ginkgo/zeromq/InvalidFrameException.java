package dev.ginkgo.zeromq;

/** Thrown when bytes are not what a node of this version says. */
final class BadFrameException extends Exception {
    private static final long serialVersionUID = 1L;

    BadFrameException(String message) {
        super(message);
    }
}
