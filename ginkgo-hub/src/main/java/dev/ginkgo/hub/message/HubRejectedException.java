package dev.ginkgo.hub.message;

/** Thrown when the hub cannot take a message or a reader. Nothing has happened then. */
public final class HubRejectedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** The message is larger than the store lets one be. Sending it again will not help. */
        TOO_LARGE,
        /** There are as many channels as there may be. */
        TOO_MANY_CHANNELS,
        /** There are as many patterns and lists as there may be, here or from one address. */
        TOO_MANY_PATTERNS,
        /** The hub does not run. */
        STOPPED
    }

    private final Reason reason;

    public HubRejectedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
