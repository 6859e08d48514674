package dev.ginkgo.lifecycle;

import org.jspecify.annotations.Nullable;

/** A service was not ready in time, or can no longer become ready. The cause is its last failure, if there is one. */
public final class NotReadyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final State state;

    public NotReadyException(String path, State state, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.path = path;
        this.state = state;
    }

    public String path() {
        return path;
    }

    /** The state in which the service was instead. */
    public State state() {
        return state;
    }
}
