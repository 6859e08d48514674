package dev.ginkgo.internal.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.Secret;
import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.config.Size;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The form in which values are written in a TOML file. */
class TomlValueTest {
    private final FakeSettingsOwner root = FakeSettingsOwner.root();
    private final BoundTree tree = new BoundTree(root);

    record Limits(int rate, Duration pause) {}

    private String toml(String key) {
        return tree.load("").settings().stream()
                .filter(info -> info.fullKey().equals(key))
                .findFirst()
                .flatMap(SettingInfo::tomlValue)
                .orElse("(none)");
    }

    @Test
    @DisplayName("C-15 the TOML form of a value binds to the same value")
    void roundTrip() {
        // Given
        List<SettingDefinition<?>> settings = List.of(
                root.setting("text", "a \"quoted\" back\\slash,\n\ttab \u0001\u007f and umlaut ä"),
                root.setting("empty", ""),
                root.setting("count", -7),
                root.setting("big", Long.MAX_VALUE),
                root.setting("share", 1.5e-7),
                root.setting("flag", true),
                root.setting("pause", Duration.ofMillis(1500)),
                root.setting("budget", Size.ofMebibytes(64)),
                root.setting("bind", Address.of("[::1]:80")),
                root.setting("folder", Path.of("/srv/a \"b\"")),
                root.setting("unit", TimeUnit.SECONDS),
                root.setting("limits", new Limits(3, Duration.ofSeconds(2))));
        SettingDefinition<List<String>> names = root.list("names", String.class);
        BindingResult before = tree.load("names = ['a, b', '\"c\"']");
        List<Object> values =
                settings.stream().<Object>map(SettingDefinition::get).toList();

        // When
        StringBuilder file = new StringBuilder();
        before.settings()
                .forEach(info -> file.append(info.fullKey())
                        .append(" = ")
                        .append(info.tomlValue().orElseThrow())
                        .append('\n'));
        BindingResult after = tree.load(file.toString());

        // Then
        assertThat(BoundTree.printed(after)).isEmpty();
        assertThat(settings.stream().<Object>map(SettingDefinition::get)).containsExactlyElementsOf(values);
        assertThat(names.get()).containsExactly("a, b", "\"c\"");
        assertThat(after.settings())
                .extracting(SettingInfo::tomlValue)
                .containsExactlyElementsOf(
                        before.settings().stream().map(SettingInfo::tomlValue).toList());
    }

    @Test
    @DisplayName("C-15 an unset value, an empty path and a secret have no TOML form")
    void withoutForm() {
        // Given
        SettingDefinition<Optional<String>> optional = root.optional("optional", String.class);
        root.setting("path", Path.of(""));
        root.setting("password", Secret.of("hunter2"));
        root.setting("token", "hunter2").secret();

        // Then
        assertThat(List.of("optional", "path", "password", "token"))
                .allSatisfy(key -> assertThat(toml(key)).isEqualTo("(none)"));
        assertThat(tree.load("optional = 'x'").settings().getFirst().tomlValue())
                .contains("\"x\"");
        assertThat(optional.get()).contains("x");
    }
}
