package dev.ginkgo.lifecycle;

import dev.ginkgo.Service;
import java.util.EnumSet;
import java.util.Set;

/**
 * State of a service.
 *
 * <pre>
 *            +-------------------------------------------------+
 *            v                                                 |
 * NEW --> STARTING --> READY &lt;--> DEGRADED --> STOPPING --> STOPPED
 *            |  |        |           |             ^  |
 *            |  +--------|-----------|-------------+  |
 *            v           v           v                v
 *            +-----------+---> FAILED &lt;---------------+
 *                                 |
 *                                 +--> STARTING (again)
 * </pre>
 *
 * <p>{@code READY} may also change to {@code STOPPING}, and {@code NEW} to {@code STOPPED}: a child that is stopped while
 * its parent starts, before its own turn, is not started. A service is {@code FAILED} from the moment of its failure; its
 * tasks are stopped after that, and {@link Service#awaitStopped()} returns only when they have ended.
 */
public enum State {
    /** Created, never started. */
    NEW,
    /** The children are starting, or {@code onStart} is running. */
    STARTING,
    /** Working normally. */
    READY,
    /** Running, but something it needs is missing; {@link Status#reason()} says what. */
    DEGRADED,
    /** Stopping. */
    STOPPING,
    /** Stopped cleanly; none of its tasks is running. */
    STOPPED,
    /** The start, a task or the stop failed; {@link Status#failure()} is the cause. */
    FAILED;

    /** Returns whether the transition from this state to {@code next} is allowed. This is the only transition table. */
    public boolean canBecome(State next) {
        return next(this).contains(next);
    }

    /** Returns whether the service is running: {@code READY} or {@code DEGRADED}. */
    public boolean isRunning() {
        return this == READY || this == DEGRADED;
    }

    private static Set<State> next(State state) {
        return switch (state) {
            case NEW -> EnumSet.of(STARTING, STOPPED);
            case STOPPED, FAILED -> EnumSet.of(STARTING);
            case STARTING -> EnumSet.of(READY, DEGRADED, STOPPING, FAILED);
            case READY -> EnumSet.of(DEGRADED, STOPPING, FAILED);
            case DEGRADED -> EnumSet.of(READY, STOPPING, FAILED);
            case STOPPING -> EnumSet.of(STOPPED, FAILED);
        };
    }
}
