package dev.ginkgo.internal.engine;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RestartHistoryTest {
    private static final RandomGenerator NO_JITTER = () -> 0;

    private final FakeClock clock = new FakeClock();
    private final RestartHistory history = new RestartHistory();

    private static RestartPolicy policy(Duration min, Duration max, int restarts, Duration window) {
        return RestartPolicy.of(RestartPolicy.Scope.ONE_FOR_ONE)
                .backoff(min, max)
                .atMost(restarts, window);
    }

    private @Nullable Duration fail(RestartPolicy policy, String message) {
        return history.recordFailure(policy, clock, NO_JITTER, new IllegalStateException(message));
    }

    @Test
    @DisplayName("S-01 the pause doubles from one failure to the next, up to the maximum")
    void pausesDouble() {
        RestartPolicy policy = policy(ofMillis(100), ofMillis(350), 5, ofMinutes(1));
        assertThat(fail(policy, "1")).isEqualTo(ofMillis(100));
        assertThat(fail(policy, "2")).isEqualTo(ofMillis(200));
        assertThat(fail(policy, "3")).isEqualTo(ofMillis(350));
        assertThat(fail(policy, "4")).isEqualTo(ofMillis(350));
    }

    @Test
    @DisplayName("S-02 the failure after the last permitted restart exceeds the intensity; the history has all of them")
    void intensityIsExceeded() {
        RestartPolicy policy = policy(ofMillis(1), ofMillis(1), 2, ofMinutes(1));
        assertThat(fail(policy, "1")).isNotNull();
        assertThat(fail(policy, "2")).isNotNull();
        assertThat(fail(policy, "3")).isNull();
        assertThat(history.recentFailures()).extracting(Throwable::getMessage).containsExactly("1", "2", "3");
    }

    @Test
    @DisplayName("S-02 with no permitted restart the first failure exceeds the intensity")
    void noRestartIsPermitted() {
        assertThat(fail(policy(ofMillis(1), ofMillis(1), 0, ofMinutes(1)), "1")).isNull();
    }

    @Test
    @DisplayName("S-02 a failure counts until it is older than the window")
    void failuresCountWithinTheWindow() {
        RestartPolicy policy = policy(Duration.ZERO, Duration.ZERO, 1, ofMinutes(1));
        assertThat(fail(policy, "1")).isNotNull();
        clock.advance(ofMinutes(1));
        assertThat(fail(policy, "2")).isNull();
        clock.advance(ofMinutes(1).plusNanos(1));
        assertThat(fail(policy, "3")).isNotNull();
        assertThat(history.recentFailures()).extracting(Throwable::getMessage).containsExactly("3");
    }

    @Test
    @DisplayName("S-07 the backoff is reset after a quiet period that is longer than the window, and not before")
    void backoffIsReset() {
        RestartPolicy policy = policy(ofMillis(100), ofSeconds(10), 5, ofMinutes(1));
        clock.advance(Duration.ofHours(1));
        fail(policy, "1");
        clock.advance(ofMinutes(1));
        assertThat(fail(policy, "2")).isEqualTo(ofMillis(200));
        clock.advance(ofMinutes(1).plusNanos(1));
        assertThat(fail(policy, "3")).isEqualTo(ofMillis(100));
    }

    @Test
    @DisplayName("S-10 a pause counts for no more than its share of the window")
    void pauseCountsForItsShare() {
        // Given a window of 60 s for 3 failures, so that the share is 20 s, and pauses of 50 s
        RestartPolicy policy = policy(ofSeconds(50), ofSeconds(50), 2, ofMinutes(1));
        fail(policy, "1");
        clock.advance(ofSeconds(50));
        fail(policy, "2");
        clock.advance(ofSeconds(50));

        // When the third failure is 60 s after the first by that count, and the next one later
        clock.advance(ofSeconds(20));

        // Then
        assertThat(fail(policy, "3")).isNull();
        clock.advance(ofNanos(1));
        assertThat(fail(policy, "4")).isNull();
        assertThat(history.recentFailures()).extracting(Throwable::getMessage).containsExactly("2", "3", "4");
    }

    @Test
    @DisplayName("S-10 a pause that is not longer than its share counts in full")
    void shortPauseCountsInFull() {
        RestartPolicy policy = policy(ofSeconds(30), ofSeconds(30), 1, ofMinutes(1));
        fail(policy, "1");
        clock.advance(ofMinutes(1).plusNanos(1));
        assertThat(fail(policy, "2")).isNotNull();
    }

    @Test
    @DisplayName("S-02 a start by the parent forgets the failures and resets the backoff, but not what a status shows")
    void resetForgetsFailures() {
        RestartPolicy policy = policy(ofMillis(100), ofSeconds(10), 1, ofMinutes(1));
        fail(policy, "1");
        history.recordRestart();

        history.reset();

        assertThat(history.recentFailures()).isEmpty();
        assertThat(history.summary().count()).isEqualTo(1);
        assertThat(history.summary().lastFailure())
                .hasValueSatisfying(e -> assertThat(e).hasMessage("1"));
        assertThat(fail(policy, "2")).isEqualTo(ofMillis(100));
    }

    @Test
    @DisplayName("S-01 a status shows no failure, no restart and no pause before the first failure")
    void isEmptyAtFirst() {
        assertThat(history.summary().lastFailure()).isEmpty();
        assertThat(history.summary().count()).isZero();
        assertThat(history.summary().remainingPause()).isEmpty();
    }

    @Test
    @DisplayName("S-01 the remaining pause counts down to zero, until the pause is ended")
    void remainingPauseCountsDown() {
        history.beginPause(clock, clock.nanos() + ofSeconds(2).toNanos());
        assertThat(history.remainingPause()).contains(ofSeconds(2));
        clock.advance(ofMillis(1_500));
        assertThat(history.summary().remainingPause()).contains(ofMillis(500));
        clock.advance(ofSeconds(1));
        assertThat(history.remainingPause()).contains(Duration.ZERO);
        history.endPause();
        assertThat(history.remainingPause()).isEmpty();
    }

    private static Duration ofNanos(long nanos) {
        return Duration.ofNanos(nanos);
    }
}
