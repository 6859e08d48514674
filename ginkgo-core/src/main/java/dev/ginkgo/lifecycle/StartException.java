package dev.ginkgo.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a start fails or is cancelled. Everything that had been started has been stopped again. Errors of that
 * rollback are suppressed exceptions.
 */
public final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final boolean cancelled;

    /**
     * Creates the exception for the service at {@code path}.
     *
     * @param cancelled whether the start was cancelled rather than failed
     * @param cause the failure; null if the start was cancelled
     */
    public StartException(String path, String message, boolean cancelled, @Nullable Throwable cause) {
        super(message, cause);
        this.path = path;
        this.cancelled = cancelled;
    }

    /**
     * Returns the path of the service whose start failed. This is the origin of the failure, not the root that was to
     * be started.
     */
    public String path() {
        return path;
    }

    /** Returns whether the start was cancelled, by {@code stop()} or an interrupt, rather than failed. */
    public boolean cancelled() {
        return cancelled;
    }
}
