package dev.ginkgo;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a parent does when a child fails while running; after Erlang/OTP's supervisors. The words are: a child that
 * fails is wound down entirely, then its parent {@linkplain #escalate() fails too} (the default), or restarts it
 * alone, with all its siblings, or with those that started after it. A restart waits a backoff that doubles from
 * {@code minBackoff} to {@code maxBackoff}, with jitter, and begins anew after a quiet period longer than {@code
 * window}. The failure after {@code most} restarts within {@code window} escalates.
 *
 * <p>A child that cannot be started at first is not supervised: the start of its parent fails and is rolled back.
 *
 * @param scope who is restarted
 * @param minBackoff the pause before the first restart
 * @param maxBackoff the longest pause
 * @param most how many restarts within {@code window} are tried
 * @param window the period over which restarts are counted
 * @param fresh makes the object that takes the failed one's place, where no state may survive a restart
 */
public record Supervision(
        Scope scope,
        Duration minBackoff,
        Duration maxBackoff,
        int most,
        Duration window,
        Optional<Supplier<? extends Service>> fresh) {

    /** Who is restarted when a child fails. */
    public enum Scope {
        /** Nobody: the parent fails. */
        NONE,
        /** The child. */
        ONE,
        /** Every child of the parent. */
        ALL,
        /** The child and those that started after it. */
        REST
    }

    public Supervision {
        requireNonNull(scope, "scope is null");
        requireNonNull(fresh, "fresh is null");
        if (minBackoff.isNegative() || maxBackoff.compareTo(minBackoff) < 0) {
            throw new IllegalArgumentException(
                    "backoff must be 0 <= min <= max, not " + minBackoff + ".." + maxBackoff);
        }
        if (most < 0 || window.isNegative() || window.isZero()) {
            throw new IllegalArgumentException("cannot restart at most " + most + " times within " + window);
        }
    }

    /** The parent fails with the child: no silent death. */
    public static Supervision escalate() {
        return of(Scope.NONE);
    }

    /** Restarts the child; 100 ms to 10 s of backoff, at most 5 times within a minute. */
    public static Supervision restart() {
        return of(Scope.ONE);
    }

    /**
     * Restarts the child as a fresh object, made by {@code maker} and bound to the same settings table. The
     * parent's field keeps the first object, so use it where the parent does not call the child.
     */
    public static Supervision restart(Supplier<? extends Service> maker) {
        Supervision one = restart();
        return new Supervision(one.scope, one.minBackoff, one.maxBackoff, one.most, one.window, Optional.of(maker));
    }

    /** One for all: stops every child in reverse and starts all in order. */
    public static Supervision restartAll() {
        return of(Scope.ALL);
    }

    /** Rest for one: the same with the child and those that started after it. */
    public static Supervision restartRest() {
        return of(Scope.REST);
    }

    public Supervision backoff(Duration min, Duration max) {
        return new Supervision(scope, min, max, most, window, fresh);
    }

    public Supervision atMost(int restarts, Duration within) {
        return new Supervision(scope, minBackoff, maxBackoff, restarts, within, fresh);
    }

    private static Supervision of(Scope scope) {
        return new Supervision(
                scope, Duration.ofMillis(100), Duration.ofSeconds(10), 5, Duration.ofMinutes(1), Optional.empty());
    }
}
