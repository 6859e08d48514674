package dev.ginkgo.lifecycle;

import dev.ginkgo.Service;
import java.util.EnumSet;
import java.util.Set;

/**
 * Where a service stands in its life.
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
 * {@code READY} too goes to {@code STOPPING}. A service becomes {@code FAILED} at the moment of its failure, and
 * what it still had running is then wound down; {@link Service#awaitStopped()} returns only after that.
 */
public enum State {
    /** Made, never started. */
    NEW,
    /** Its children start, or its {@code onStart} runs. */
    STARTING,
    /** It does its work. */
    READY,
    /** It runs, but something it needs is missing; {@link Status#reason()} says what. */
    DEGRADED,
    /** It is being stopped. */
    STOPPING,
    /** It has stopped in order; nothing of it runs. */
    STOPPED,
    /** Its start, a task, or its stop failed; {@link Status#failure()} says why. */
    FAILED;

    /** Whether this state may be followed by that one: the whole transition table, and the only one. */
    public boolean canBecome(State next) {
        return next(this).contains(next);
    }

    /** Whether the service is up, be it with something missing. */
    public boolean isRunning() {
        return this == READY || this == DEGRADED;
    }

    private static Set<State> next(State state) {
        return switch (state) {
            case NEW, STOPPED, FAILED -> EnumSet.of(STARTING);
            case STARTING -> EnumSet.of(READY, DEGRADED, STOPPING, FAILED);
            case READY -> EnumSet.of(DEGRADED, STOPPING, FAILED);
            case DEGRADED -> EnumSet.of(READY, STOPPING, FAILED);
            case STOPPING -> EnumSet.of(STOPPED, FAILED);
        };
    }
}
