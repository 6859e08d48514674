package dev.ginkgo.internal.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.Secret;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Checks between settings that are each valid on their own. */
class SettingConsistencyTest {
    private final FakeSettingsOwner root = FakeSettingsOwner.root();
    private final SettingDefinition<Integer> highest =
            root.setting("highest", 10).between(0, 100);
    private final SettingDefinition<Integer> lowest = root.child("pool")
            .setting("lowest", 1)
            .check((low, all) -> low <= all.get(highest), "is above highest; lower it, or raise highest");
    private final BoundTree tree = new BoundTree(root);

    @Test
    @DisplayName("C-01 inconsistent settings are a problem at the position of the setting that declares the check")
    void reportedAtTheDeclaringSetting() {
        assertThat(tree.problems("highest = 5\n[pool]\nlowest = 7"))
                .containsExactly("app.toml:3:10: pool.lowest: 7 is above highest; lower it, or raise highest");
        assertThat(tree.problems("highest = 7\n[pool]\nlowest = 7")).isEmpty();
        assertThat(lowest.get()).isEqualTo(7);
    }

    @Test
    @DisplayName("C-01 the check applies to values of every source: defaults, files, environment and --set")
    void everySource() {
        assertThat(tree.problems("highest = 0"))
                .containsExactly("default: pool.lowest: 1 is above highest; lower it, or raise highest");
        assertThat(tree.problems(Configuration.empty().environment(Map.of("GINKGO_POOL_LOWEST", "11"))))
                .singleElement()
                .asString()
                .startsWith("env GINKGO_POOL_LOWEST: pool.lowest: 11 is above");
        assertThat(tree.problems(Configuration.empty().set("pool.lowest", "11")))
                .singleElement()
                .asString()
                .startsWith("--set pool.lowest: pool.lowest: 11 is above");
    }

    @Test
    @DisplayName("C-01 if there is such a problem, nothing changes")
    void nothingChanges() {
        tree.load("highest = 5\n[pool]\nlowest = 2");
        assertThat(tree.problems("highest = 1\n[pool]\nlowest = 3")).isNotEmpty();
        assertThat(highest.get()).isEqualTo(5);
        assertThat(lowest.get()).isEqualTo(2);
    }

    @Test
    @DisplayName("C-01 consistency is not checked while a value is invalid on its own")
    void noConsequentialProblems() {
        assertThat(tree.problems("highest = 101\n[pool]\nlowest = 20"))
                .containsExactly("app.toml:1:11: highest: 101 is outside 0..100");
        assertThat(tree.problems("highest = \n[pool]\nlowest = 20"))
                .singleElement()
                .asString()
                .startsWith("app.toml:1");
        assertThat(tree.problems("bogus = 1\n[pool]\nlowest = 20"))
                .as("it is checked if there is only an unknown key")
                .hasSize(2);
    }

    @Test
    @DisplayName("C-22 the settings of a child that is added later are checked against those of the tree")
    void added() {
        root.allowChildren("late-*");
        BindingResult last = tree.load("highest = 5\n[late-1]\nleast = 6");
        FakeSettingsOwner late = root.detached("late-1");
        late.setting("least", 1).check((least, all) -> least <= all.get(highest), "is above highest");
        assertThat(BoundTree.printed(tree.add(late, last)))
                .containsExactly("app.toml:3:9: late-1.least: 6 is above highest");
    }

    @Test
    @DisplayName("C-14 neither an inconsistent secret nor the exception of its check is printed")
    void secrets() {
        FakeSettingsOwner ownerWithSecret = FakeSettingsOwner.root();
        SettingDefinition<Boolean> open = ownerWithSecret.setting("open", false);
        ownerWithSecret
                .setting("password", Secret.of(""))
                .check((password, all) -> password.reveal().isEmpty() || all.get(open), "is of no use")
                .check(
                        (password, _) -> {
                            throw new IllegalStateException(password.reveal());
                        },
                        "");
        assertThat(new BoundTree(ownerWithSecret).problems("password = 'hunter2'"))
                .containsExactly(
                        "app.toml:1:12: password: •••••• cannot be checked: IllegalStateException",
                        "app.toml:1:12: password: •••••• is of no use");
    }

    @Test
    @DisplayName("C-16 such a check, too, must be declared in the constructor")
    void declared() {
        tree.load("");
        assertThatThrownBy(() -> lowest.check((_, _) -> true, "is not"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("belongs in the constructor");
    }
}
