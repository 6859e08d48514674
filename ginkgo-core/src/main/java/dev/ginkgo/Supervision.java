package dev.ginkgo;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.internal.engine.RestartPolicy;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What a parent does when a child fails while running; modelled on the supervisors of Erlang/OTP. The failed child is
 * stopped completely. Then the parent either {@linkplain #escalate() fails too} (the default), or restarts the child
 * alone, with all its siblings, or with the siblings that started after it.
 *
 * <p>Before each restart there is a pause, which doubles from the minimum to the maximum {@linkplain #backoff backoff},
 * has jitter of up to a quarter, and is reset after a quiet period longer than the window. The child fails its parent
 * when it fails again after the {@linkplain #atMost maximum number of restarts} within the window. A child whose tasks
 * did not end is not restarted: the failure escalates.
 *
 * <p>Supervision applies to running children only. If a child fails during the start of its parent, the start fails and
 * is rolled back. Instances are immutable.
 */
public final class Supervision {
    private final RestartPolicy policy;

    private Supervision(RestartPolicy policy) {
        this.policy = policy;
    }

    /** Escalates: the parent fails with the child, so that no failure goes unnoticed. */
    public static Supervision escalate() {
        return of(RestartPolicy.Scope.ESCALATE);
    }

    /**
     * One-for-one: restarts the failed child alone. The backoff is 100 ms to 10 s, with at most 5 restarts within a
     * minute.
     */
    public static Supervision restart() {
        return of(RestartPolicy.Scope.ONE_FOR_ONE);
    }

    /**
     * One-for-one with a new object: replaces the failed child by a service that {@code factory} creates, bound to the
     * same settings table. A field of the parent still refers to the first object, so use this only where the parent
     * does not call the child.
     *
     * @param factory creates a service without a parent, of the same kind, for each restart
     */
    public static Supervision restart(Supplier<? extends Service> factory) {
        requireNonNull(factory, "factory is null");
        return new Supervision(
                RestartPolicy.of(RestartPolicy.Scope.ONE_FOR_ONE).factory(() -> factory.get().serviceNode));
    }

    /** One-for-all: stops every child of the parent in reverse order, then starts all of them in order. */
    public static Supervision restartAll() {
        return of(RestartPolicy.Scope.ONE_FOR_ALL);
    }

    /** Rest-for-one: restarts the failed child and the children that started after it. */
    public static Supervision restartRest() {
        return of(RestartPolicy.Scope.REST_FOR_ONE);
    }

    /**
     * Sets the pause before the first restart, and the longest pause.
     *
     * @throws IllegalArgumentException if {@code min} is negative or greater than {@code max}
     */
    public Supervision backoff(Duration min, Duration max) {
        return new Supervision(policy.backoff(min, max));
    }

    /**
     * Sets the restart intensity: how many restarts are tried within a period, of which a pause before a restart counts
     * for no more than its share, {@code within / (restarts + 1)}. The next failure within the period
     * escalates.
     *
     * @throws IllegalArgumentException if {@code restarts} is negative, or {@code within} is not positive
     */
    public Supervision atMost(int restarts, Duration within) {
        return new Supervision(policy.atMost(restarts, within));
    }

    /**
     * Adds a type of exceptions that a restart would not repair, such as an invalid licence: if the failure of the child,
     * or one of its causes, is of this type or a subclass, it escalates at once.
     */
    public Supervision escalateOn(Class<? extends Throwable> type) {
        return new Supervision(policy.escalateOn(requireNonNull(type, "type is null")));
    }

    RestartPolicy policy() {
        return policy;
    }

    @Override
    public String toString() {
        return policy.toString();
    }

    private static Supervision of(RestartPolicy.Scope scope) {
        return new Supervision(RestartPolicy.of(scope));
    }
}
