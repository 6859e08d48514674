package dev.ginkgo.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConfigurationTest {
    @Test
    @DisplayName("C-13 later texts override earlier ones, key by key")
    void laterTextsOverrideEarlierOnes() {
        RawConfig rawConfig = Configuration.empty()
                .text("a", "x = 1\n[t]\na = 1\nb = 1")
                .text("b", "[t]\nb = 2\nc = [1, {d = 2}]")
                .load();
        assertThat(rawConfig.problems()).isEmpty();
        assertThat(rawConfig.root().entries()).containsOnlyKeys("x", "t");
        ConfigEntry.Table table =
                (ConfigEntry.Table) requireNonNull(rawConfig.root().entries().get("t"));
        assertThat(table.entries()).containsOnlyKeys("a", "b", "c");
        assertThat(table.entries().get("b")).isInstanceOfSatisfying(ConfigEntry.Value.class, value -> {
            assertThat(value.value()).isEqualTo(2L);
            assertThat(value.keySource().location()).isEqualTo("b:2:1");
            assertThat(value.source().location()).isEqualTo("b:2:5");
        });
        assertThat(table.entries().get("c"))
                .isInstanceOfSatisfying(
                        ConfigEntry.Value.class,
                        value -> assertThat(value.value()).isEqualTo(List.of(1L, Map.of("d", 2L))));
    }

    @Test
    @DisplayName("C-01 every syntax error is reported with its position, in the order of the positions")
    void syntaxErrors() {
        RawConfig rawConfig = Configuration.empty()
                .text("b.toml", "x = foo\ny = \"")
                .text("a.toml", "x = 1\nx = 2")
                .load();
        assertThat(rawConfig.problems().stream().sorted().map(ConfigProblem::location))
                .containsExactly("a.toml:2:1", "b.toml:1:5", "b.toml:2:6");
        assertThat(new ConfigException(rawConfig.problems())).hasMessageMatching("(.+\n){2}.+");
        assertThat(rawConfig.problems().getFirst()).asString().endsWith("write text in quotes");
    }

    @Test
    @DisplayName("C-14 types that contain raw values do not print them")
    void printsNoValues() {
        Configuration configuration = Configuration.empty()
                .text("a", "secret = 'hunter2'")
                .environment(Map.of("GINKGO_X", "hunter2", "HOME", "x"))
                .set("y", "hunter2");
        assertThat(configuration.toString()
                        + configuration.load()
                        + configuration.load().root())
                .contains("GINKGO_X", "secret", "y")
                .doesNotContain("hunter2", "HOME");
        assertThat(Secret.of("a"))
                .isEqualTo(Secret.of("a"))
                .isNotEqualTo(Secret.of("b"))
                .hasToString("••••••");
    }
}
