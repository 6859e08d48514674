package dev.ginkgo.internal.engine;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.internal.concurrent.Deadline;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** State of one start that all nodes involved share: the deadline of its rollback. Thread-safe. */
final class StartAttempt {
    private final Duration timeout;
    private final AtomicReference<@Nullable Deadline> rollback = new AtomicReference<>();
    private volatile boolean interrupted;

    /**
     * @param timeout how long the rollback may take
     */
    StartAttempt(Duration timeout) {
        this.timeout = timeout;
    }

    /** Returns the deadline of the rollback, which the first call sets. */
    Deadline rollback() {
        rollback.compareAndSet(null, Deadline.after(timeout));
        return requireNonNull(rollback.get());
    }

    /** Sets the deadline of the rollback to that of the stop that cancelled the start, unless it is set. */
    void stoppedBy(@Nullable Deadline deadline) {
        rollback.compareAndSet(null, deadline);
    }

    /** Records that an interrupt cancelled the start. */
    void setInterrupted() {
        interrupted = true;
    }

    boolean isInterrupted() {
        return interrupted;
    }
}
