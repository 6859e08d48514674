package dev.ginkgo.run.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class PastInstantConverterTest {
    private final PastInstantConverter converter =
            new PastInstantConverter(Instant.parse("2026-11-25T12:00:00Z"), ZoneId.of("Europe/Berlin"));

    @Test
    @DisplayName(
            "R-56 a time is an age, seconds since 1970, a time of the last 24 hours, or a date with or without a time")
    void convertsEachForm() {
        assertConverts("10m", "2026-11-25T11:50:00Z");
        assertConverts("1764072000", "2025-11-25T12:00:00Z");
        assertConverts("12:30", "2026-11-25T11:30:00Z");
        assertConverts("13:30", "2026-11-24T12:30:00Z"); // of yesterday, because it is 13:00
        assertConverts("2026-11-25 12:30", "2026-11-25T11:30:00Z");
        assertConverts("2026-11-25 12:30:01.5", "2026-11-25T11:30:01.500Z");
        assertConverts("2026-11-25T12:30:00Z", "2026-11-25T12:30:00Z");
        assertConverts("2026-11-25", "2026-11-24T23:00:00Z");
    }

    @Test
    @DisplayName("R-56 other text is rejected with examples")
    void rejectsOtherText() {
        assertThatThrownBy(() -> converter.convert("soon"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'soon' is neither an age such as 10m");
    }

    private void assertConverts(String text, String instant) {
        assertThat(converter.convert(text)).isEqualTo(Instant.parse(instant));
    }
}
