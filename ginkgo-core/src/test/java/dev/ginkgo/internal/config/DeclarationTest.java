package dev.ginkgo.internal.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.config.Secret;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each key has one declaration. */
class DeclarationTest {
    private final FakeSettingsOwner root = FakeSettingsOwner.root();
    private final BoundTree tree = new BoundTree(root);

    record Pair(int one, int two) {}

    @Test
    @DisplayName("C-21 a malformed key is rejected at declaration, with a suggestion")
    void malformed() {
        for (String key : new String[] {"ratePerMinute", "rate_per_minute", "Rate Per Minute"}) {
            assertThatThrownBy(() -> root.setting(key, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("did you mean \"rate-per-minute\"?");
        }
        for (String key : new String[] {"", ".", "a..b", "-a", "a-", "ä"}) {
            assertThatThrownBy(() -> root.setting(key, 1)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> KeySyntax.requireName("a.b")).isInstanceOf(IllegalArgumentException.class);
        assertThat(KeySyntax.requireName("worker-2")).isEqualTo("worker-2");
    }

    @Test
    @DisplayName("C-21 two settings with one key are rejected at declaration")
    void twoSettingsWithOneKey() {
        root.setting("rate", 1);
        assertThatThrownBy(() -> root.setting("rate", 2)).hasMessageContaining("two settings with the key \"rate\"");
    }

    @Test
    @DisplayName("C-21 a setting and a child with the same name are rejected, whichever is declared first")
    void settingAndChild() {
        FakeSettingsOwner hub = root.child("hub");
        hub.child("http");
        assertThatThrownBy(() -> hub.setting("http.bind", 1)).hasMessageContaining("both named \"http\"");
        hub.setting("auth", new Pair(1, 2));
        assertThatThrownBy(() -> KeySyntax.requireUnusedName(hub, "auth")).hasMessageContaining("both named \"auth\"");
        hub.child("auth");
        assertThat(tree.problems("")).singleElement().asString().contains("\"hub.auth\"");
    }

    @Test
    @DisplayName("C-21 a key and a table with the same name are reported when binding")
    void keyAndTable() {
        root.setting("a", new Pair(1, 2));
        root.setting("a.one", 1);
        root.setting("b", 1);
        root.setting("b.c", 1);
        assertThat(tree.problems(""))
                .containsExactly(
                        "app: two settings, or a setting and a child, use the key \"a.one\"; rename one",
                        "app: two settings, or a setting and a child, use the key \"b\"; rename one");
    }

    @Test
    @DisplayName("C-21 two keys with the same environment name are reported when binding")
    void oneEnvironmentName() {
        root.setting("a-b", 1);
        root.child("a").setting("b", 1);
        assertThat(tree.problems(""))
                .containsExactly(
                        "app/a: \"a-b\" and \"a.b\" have the same environment variable, GINKGO_A_B; rename one");
    }

    @Test
    @DisplayName("C-21 the key of a secret's file cannot be used for another setting")
    void secretFile() {
        root.setting("key", Secret.of(""));
        root.setting("key-file", "");
        assertThat(tree.problems("")).isNotEmpty().allMatch(each -> each.startsWith("app: "));
    }

    @Test
    @DisplayName("C-21 reserved names are reported at the root when binding, and allowed in other tables")
    void reserved() {
        root.setting("service", "x");
        root.child("log");
        root.child("hub").setting("service", "free");
        assertThat(new BoundTree(new SectionOwner("ginkgo"), root).problems(""))
                .containsExactly(
                        "app: \"log\" is reserved at the root; give the setting or child another name",
                        "app: \"service\" is reserved at the root; give the setting or child another name");
    }
}
