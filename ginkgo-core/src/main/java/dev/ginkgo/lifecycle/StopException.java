package dev.ginkgo.lifecycle;

import java.util.List;

/**
 * Thrown when a stop was not clean. The stop has been completed: every service was stopped as far as possible.
 * Exceptions thrown by services are the suppressed exceptions, in the order in which they occurred; tasks that did not
 * end are the {@link #leaks()}.
 */
public final class StopException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Leak> leaks;

    /**
     * Creates the exception.
     *
     * @param errors what hooks and resources threw, in order; the first is also the cause
     * @param leaks tasks that did not end
     */
    public StopException(String message, List<? extends Throwable> errors, List<Leak> leaks) {
        super(message, errors.isEmpty() ? null : errors.getFirst());
        errors.forEach(this::addSuppressed);
        this.leaks = List.copyOf(leaks);
    }

    /** Returns the tasks that were still running at the deadline. */
    public List<Leak> leaks() {
        return leaks;
    }
}
