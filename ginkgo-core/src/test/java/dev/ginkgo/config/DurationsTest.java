package dev.ginkgo.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @DisplayName("C-07 durations are numbers with units, or ISO 8601")
    @CsvSource({
        "250ms, PT0.25S",
        "5s, PT5S",
        "1m30s, PT1M30S",
        "2h, PT2H",
        "1d, PT24H",
        "PT5S, PT5S",
        "pt5s, PT5S",
        "0s, PT0S",
        "7us, PT0.000007S",
        "9ns, PT0.000000009S"
    })
    void parsesAndFormats(String text, Duration duration) {
        assertThat(Durations.parse(text)).isEqualTo(duration);
        assertThat(Durations.parse(Durations.format(duration))).isEqualTo(duration);
    }

    @ParameterizedTest
    @DisplayName("C-07 any other text is rejected with the expected forms")
    @ValueSource(strings = {"", "5", "s", "5 s", "-5s", "PT-5S", "5x", "5s5", "1.5s", "P", "999999999999999999d"})
    void rejectsMalformedDurations(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"250ms\", \"5s\"");
    }

    @Test
    void formatsExactly() {
        assertThat(Durations.format(Duration.ofMillis(90_250))).isEqualTo("1m30s250ms");
        assertThat(Durations.format(Duration.ZERO)).isEqualTo("0s");
        assertThat(Durations.format(Duration.ofSeconds(788_645, 6_007_008))).isEqualTo("9d3h4m5s6ms7us8ns");
        assertThat(Durations.format(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999)))
                .isEqualTo("106751991167300d15h30m7s999ms999us999ns");
    }

    @Test
    @DisplayName("the display form is short and uses a suitable unit, from milliseconds to days")
    void displayForm() {
        assertThat(Stream.of("0ms", "999ms", "1s", "1500ms", "119s", "2m", "119m", "2h", "47h", "2d", "60h", "1000d")
                        .map(Durations::parse)
                        .map(Durations::toHumanString))
                .containsExactly(
                        "0 ms", "999 ms", "1 s", "1.5 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 d", "2.5 d",
                        "1000 d");
    }
}
