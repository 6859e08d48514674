package dev.ginkgo.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * A start that did not come to its end. Everything that had been started is stopped again when this is thrown; what
 * went wrong meanwhile is among the suppressed exceptions.
 */
public final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final boolean cancelled;

    public StartException(String path, String message, boolean cancelled, @Nullable Throwable cause) {
        super(message, cause);
        this.path = path;
        this.cancelled = cancelled;
    }

    /** The service whose start failed: not the root, but the one to look at. */
    public String path() {
        return path;
    }

    /** Whether nothing failed, but {@code stop()} or an interrupt came before the start was done. */
    public boolean cancelled() {
        return cancelled;
    }
}
