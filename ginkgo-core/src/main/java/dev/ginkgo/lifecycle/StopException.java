package dev.ginkgo.lifecycle;

import java.util.List;

/**
 * A stop that was not clean. It has still gone to its end: every service had its turn. What the services threw is
 * among the suppressed exceptions, in the order in which it happened; tasks that did not end are the {@link
 * #leaks()}.
 */
public final class StopException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Leak> leaks;

    public StopException(String message, List<? extends Throwable> errors, List<Leak> leaks) {
        super(message, errors.isEmpty() ? null : errors.getFirst());
        errors.forEach(this::addSuppressed);
        this.leaks = List.copyOf(leaks);
    }

    /** The tasks that were still alive when the deadline ended. */
    public List<Leak> leaks() {
        return leaks;
    }
}
