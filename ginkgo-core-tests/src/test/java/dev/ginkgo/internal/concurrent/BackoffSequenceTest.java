package dev.ginkgo.internal.concurrent;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BackoffSequenceTest {
    private static final Duration MIN = ofMillis(100);
    private static final Duration MAX = ofSeconds(1);

    @Test
    @DisplayName("N-05 the backoff doubles from the minimum to the maximum, and starts again after a reset")
    void pausesDouble() {
        // Given a random generator for which the jitter is zero
        RandomGenerator zero = () -> 0;

        for (BackoffSequence backoff : new BackoffSequence[] {
            BackoffSequence.withoutJitter(),
            BackoffSequence.shortenedByUpToHalf(zero),
            BackoffSequence.lengthenedByUpToQuarter(zero)
        }) {
            // Then
            assertThat(Stream.generate(() -> backoff.next(MIN, MAX)).limit(6))
                    .containsExactly(
                            ofMillis(100), ofMillis(200), ofMillis(400), ofMillis(800), ofSeconds(1), ofSeconds(1));
            backoff.reset();
            assertThat(backoff.next(MIN, MAX)).isEqualTo(ofMillis(100));
        }
    }

    @Test
    @DisplayName("N-05 jitter shortens each backoff by at most half")
    void jitterShortens() {
        assertThat(pausesAtTheMaximum(BackoffSequence.shortenedByUpToHalf(new Random(42))))
                .allSatisfy(pause -> assertThat(pause).isBetween(ofMillis(500), ofSeconds(1)));
    }

    @Test
    void jitterLengthens() {
        assertThat(pausesAtTheMaximum(BackoffSequence.lengthenedByUpToQuarter(new Random(42))))
                .allSatisfy(pause -> assertThat(pause).isBetween(ofSeconds(1), ofMillis(1_250)));
    }

    private static Duration[] pausesAtTheMaximum(BackoffSequence backoff) {
        for (int i = 0; i < 10; i++) {
            backoff.next(MIN, MAX);
        }
        Duration[] pauses =
                Stream.generate(() -> backoff.next(MIN, MAX)).limit(1_000).toArray(Duration[]::new);
        assertThat(Stream.of(pauses).distinct().count()).isGreaterThan(900);
        return pauses;
    }

    @Test
    void appliesBoundsThatChange() {
        BackoffSequence backoff = BackoffSequence.withoutJitter();
        backoff.next(MIN, MAX);
        assertThat(backoff.next(ofSeconds(1), ofSeconds(60))).isEqualTo(ofSeconds(2));
    }

    @Test
    void staysAtTheMaximum_afterManyFailures() {
        BackoffSequence backoff = BackoffSequence.withoutJitter();
        Duration last = Duration.ZERO;
        for (int i = 0; i < 10_000; i++) {
            last = backoff.next(Duration.ofNanos(1), Duration.ofDays(365_000));
        }
        assertThat(last).isBetween(Duration.ofDays(50_000), Duration.ofDays(365_000));
    }
}
