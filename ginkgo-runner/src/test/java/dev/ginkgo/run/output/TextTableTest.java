package dev.ginkgo.run.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    @DisplayName(
            "columns are as wide as their content, numbers are aligned to the right, control characters are replaced")
    void alignsColumns() {
        TextTable table = new TextTable("NAME", ">N", "LAST");
        assertThat(table.isEmpty()).isTrue();
        table.row("a\nb\033", "1", "").row("longer", "1000", "x");
        assertThat(table.isEmpty()).isFalse();
        assertThat(table.lines()).containsExactly("NAME       N  LAST", "a?b?       1", "longer  1000  x");
    }
}
