package dev.ginkgo.net;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RetriesTest {
    private static final Backoff BACKOFF = new Backoff(ofMillis(100), ofSeconds(1));

    @Test
    @DisplayName("N-05 pauses double from the shortest to the longest, and begin anew after a reset")
    void pausesDouble() {
        // Given dice that always leave the whole bound
        RandomGenerator dice = () -> 0;
        Retries retries = new Retries(dice);

        // Then
        assertThat(Stream.generate(() -> retries.next(BACKOFF)).limit(6))
                .containsExactly(
                        ofMillis(100), ofMillis(200), ofMillis(400), ofMillis(800), ofSeconds(1), ofSeconds(1));
        retries.reset();
        assertThat(retries.next(BACKOFF)).isEqualTo(ofMillis(100));
    }

    @Test
    @DisplayName("N-05 each pause is drawn from the upper half of its bound")
    void pausesHaveJitter() {
        // Given
        Random dice = new Random(42);
        Retries retries = new Retries(dice);

        // When
        for (int i = 0; i < 10; i++) {
            retries.next(BACKOFF);
        }
        Duration[] pauses =
                Stream.generate(() -> retries.next(BACKOFF)).limit(1_000).toArray(Duration[]::new);

        // Then
        assertThat(pauses).allSatisfy(p -> assertThat(p).isBetween(ofMillis(500), ofSeconds(1)));
        assertThat(Stream.of(pauses).distinct().count()).isGreaterThan(900);
    }

    @Test
    void aBackoffThatCannotBeIsRefused() {
        assertThatThrownBy(() -> new Backoff(ofSeconds(2), ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a backoff needs 0 < min <= max <= 24 h, not min 2 s and max 1 s");
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, ofSeconds(1))).isInstanceOf(IllegalArgumentException.class);
    }
}
