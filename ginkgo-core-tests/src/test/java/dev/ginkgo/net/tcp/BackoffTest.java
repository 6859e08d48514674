package dev.ginkgo.net.tcp;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void rejectsBoundsThatAreNotPositiveOrNotInOrder() {
        assertThatThrownBy(() -> new Backoff(ofSeconds(2), ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("backoff must be 0 < min <= max <= 24 h, but min is 2 s and max is 1 s");
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, ofSeconds(1))).isInstanceOf(IllegalArgumentException.class);
    }
}
