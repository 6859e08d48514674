package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** Reports that a broker has not, or not surely, stored a message. */
public final class BrokerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why the message has not been stored. */
    public enum Reason {
        /** The broker is not connected, or cannot store messages at present. The message is not in the stream; retry later. */
        UNAVAILABLE,
        /** Too many messages are in flight, or the stream accepts no more. The message is not in the stream; retry later. */
        FULL,
        /** The message exceeds a limit of the broker. The message is not in the stream; retrying does not help. */
        TOO_LARGE,
        /**
         * The message was sent, but the broker has not confirmed it: the connection was lost, or the broker does not respond. The
         * message may be in the stream, or arrive there later.
         */
        UNKNOWN_OUTCOME
    }

    private final Reason reason;

    /** Creates an exception with a reason and a message, which names the address of the broker. */
    public BrokerException(Reason reason, String message) {
        this(reason, message, null);
    }

    /** Creates an exception with a reason, a message and a cause. */
    public BrokerException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = requireNonNull(reason, "reason is null");
    }

    /** Returns why the message has not been stored. */
    public Reason reason() {
        return reason;
    }
}
