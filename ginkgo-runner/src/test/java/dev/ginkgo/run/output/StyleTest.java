package dev.ginkgo.run.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StyleTest {
    @Test
    @DisplayName("R-59 texts are coloured on a terminal only, not if NO_COLOR is set, and not on a dumb terminal")
    void coloursOnTerminalOnly() {
        Map<String, String> xterm = Map.of("TERM", "xterm");
        assertThat(Style.of(xterm, true).red("x")).isEqualTo("\033[31mx\033[0m");
        assertThat(Style.of(xterm, false).red("x")).isEqualTo("x");
        assertThat(Style.of(Map.of("TERM", "xterm", "NO_COLOR", "1"), true).red("x"))
                .isEqualTo("x");
        assertThat(Style.of(Map.of("TERM", "xterm", "NO_COLOR", ""), true).enabled())
                .isTrue();
        assertThat(Style.of(Map.of("TERM", "dumb"), true).enabled()).isFalse();
        assertThat(Style.of(Map.of(), true).enabled()).isFalse();
        assertThat(Style.plain().bold("x")).isEqualTo("x");
    }
}
