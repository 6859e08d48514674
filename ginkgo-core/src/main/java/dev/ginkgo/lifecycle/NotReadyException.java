package dev.ginkgo.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a service is not ready in time, or cannot become ready any more. The cause is the last failure of the
 * service or of its nearest failed ancestor, if there is one.
 */
public final class NotReadyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final State state;

    /** Creates the exception for the service at {@code path}, which is in {@code state}. */
    public NotReadyException(String path, State state, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.path = path;
        this.state = state;
    }

    /** Returns the path of the service. */
    public String path() {
        return path;
    }

    /** Returns the state of the service when the wait ended. */
    public State state() {
        return state;
    }
}
