package dev.ginkgo.hub.message;

/** Thrown when the hub rejects a message or a subscription. The request has had no effect. */
public final class HubRejectedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why the hub rejected the request. */
    public enum Reason {
        /** The message exceeds the size limit of the store. Retrying does not help. */
        TOO_LARGE,
        /** The limit for channels is reached. */
        TOO_MANY_CHANNELS,
        /** The limit for patterns and lists is reached, either for the hub or for the client's address. */
        TOO_MANY_PATTERNS,
        /** The hub is not running. */
        STOPPED,
        /** The broker through which the hub publishes is not available, or accepts no more at present. Retry later. */
        UNAVAILABLE
    }

    private final Reason reason;

    /** Creates an exception with a reason and a message. */
    public HubRejectedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Returns why the hub rejected the request. */
    public Reason reason() {
        return reason;
    }
}
