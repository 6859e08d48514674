package dev.ginkgo.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeSettingTest {
    @ParameterizedTest
    @DisplayName("C-07 sizes take binary and decimal units, and print the shortest exact form")
    @CsvSource({
        "64KiB, 65536, 64KiB", "10MB, 10000000, 10MB", "10 MB, 10000000, 10MB", "1kB, 1000, 1kB", "1KB, 1000, 1kB",
        "512B, 512, 512B", "1.5GiB, 1610612736, 1536MiB", "0B, 0, 0B", "1TiB, 1099511627776, 1TiB", "1025B, 1025, 1025B"
    })
    void parsesAndFormats(String text, long bytes, String printed) {
        assertThat(Size.of(text)).isEqualTo(Size.ofBytes(bytes)).hasToString(printed);
    }

    @ParameterizedTest
    @DisplayName("C-07 any other text is rejected with the expected forms")
    @ValueSource(strings = {"", "5", "MB", "-1B", "5mb", "1.5B", "9999999999TiB", "5  B"})
    void rejectsMalformedSizes(String text) {
        assertThatThrownBy(() -> Size.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"64KiB\"");
    }
}
