package dev.ginkgo;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.internal.engine.RestartPolicy;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What a parent does when a child fails while running; after Erlang/OTP's supervisors. A child that fails is stopped
 * entirely, then its parent {@linkplain #escalate() fails too} (the default), or restarts it alone, with all its
 * siblings, or with those that started after it. Before a restart comes a pause that doubles from the minimum to the
 * maximum {@linkplain #backoff backoff}, with jitter, and is reset after a quiet period longer than the window. The
 * failure after the {@linkplain #atMost maximum number of restarts} within the window escalates.
 *
 * <p>A child that cannot be started at first is not supervised: the start of its parent fails and is rolled back.
 */
public final class Supervision {
    private final RestartPolicy policy;

    private Supervision(RestartPolicy policy) {
        this.policy = policy;
    }

    /** The parent fails with the child: no failure goes unnoticed. */
    public static Supervision escalate() {
        return of(RestartPolicy.Scope.ESCALATE);
    }

    /** One for one: restarts the child; 100 ms to 10 s of backoff, at most 5 times within a minute. */
    public static Supervision restart() {
        return of(RestartPolicy.Scope.ONE_FOR_ONE);
    }

    /**
     * Restarts the child as a new object, made by {@code maker} and bound to the same settings table. The parent's
     * field keeps the first object, so use it where the parent does not call the child.
     */
    public static Supervision restart(Supplier<? extends Service> maker) {
        requireNonNull(maker, "maker is null");
        RestartPolicy one = RestartPolicy.of(RestartPolicy.Scope.ONE_FOR_ONE);
        return new Supervision(new RestartPolicy(
                one.scope(),
                one.minBackoff(),
                one.maxBackoff(),
                one.maxRestarts(),
                one.window(),
                () -> maker.get().serviceNode));
    }

    /** One for all: stops every child in reverse and starts all in order. */
    public static Supervision restartAll() {
        return of(RestartPolicy.Scope.ONE_FOR_ALL);
    }

    /** Rest for one: the same with the child and those that started after it. */
    public static Supervision restartRest() {
        return of(RestartPolicy.Scope.REST_FOR_ONE);
    }

    /** Sets the pause before the first restart, and the longest pause. */
    public Supervision backoff(Duration min, Duration max) {
        return new Supervision(
                new RestartPolicy(policy.scope(), min, max, policy.maxRestarts(), policy.window(), policy.factory()));
    }

    /** Sets how many restarts are tried within a period; the failure after that escalates. */
    public Supervision atMost(int restarts, Duration within) {
        return new Supervision(new RestartPolicy(
                policy.scope(), policy.minBackoff(), policy.maxBackoff(), restarts, within, policy.factory()));
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
