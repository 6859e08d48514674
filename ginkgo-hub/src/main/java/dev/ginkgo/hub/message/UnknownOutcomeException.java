package dev.ginkgo.hub.message;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a hub that publishes through a broker does not know whether a message has been published: the broker did not confirm
 * it in time, or the connection was lost. The message may have been delivered, may be delivered later, or not at all. Publishing
 * it again may deliver it twice, except over HTTP with the same {@code Idempotency-Key}.
 *
 * <p>Also thrown when a message that was published under a lease has been delivered, but the lease expired before the broker
 * confirmed it.
 */
public final class UnknownOutcomeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates an exception with a message. */
    public UnknownOutcomeException(String message) {
        this(message, null);
    }

    /** Creates an exception with a message and a cause. */
    public UnknownOutcomeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
