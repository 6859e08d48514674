package dev.ginkgo.internal.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Configuration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tables of children that are added while the tree runs. */
class AllowedChildrenTest {
    private final FakeSettingsOwner root = FakeSettingsOwner.root();
    private final FakeSettingsOwner pool = root.child("pool");
    private final BoundTree tree = new BoundTree(root);

    @Test
    @DisplayName(
            "C-22 a table for a child that is added later is accepted only if its name matches allowChildren of the parent")
    void acceptsOnlyAllowedTables() {
        pool.allowChildren("worker-*");
        pool.setting("size", 1);
        assertThat(tree.problems("[pool.worker-1]\nrate = 5\n[pool.other]\nrate = 5"))
                .containsExactly("app.toml:3:1: unknown table [pool.other]; known here: size");
        assertThat(tree.problems("pool.worker-1 = 5"))
                .singleElement()
                .asString()
                .contains("is a table, not a value");
    }

    @Test
    @DisplayName("C-22 the child is bound to its table when it is added, and unknown keys are reported then")
    void boundWhenAdded() {
        // Given
        pool.allowChildren("worker-*");
        BindingResult last = tree.load(Configuration.empty()
                .text("app.toml", "[pool.worker-1]\nrate = 5\n[pool.worker-2]\nraet = 5")
                .environment(Map.of("GINKGO_POOL_WORKER_1_NAME", "x"))
                .set("pool.worker-1.size", "3"));
        assertThat(BoundTree.printed(last)).isEmpty();
        assertThat(last.warnings()).isEmpty();
        // When
        FakeSettingsOwner one = pool.detached("worker-1");
        SettingDefinition<Integer> rate = one.setting("rate", 1);
        SettingDefinition<String> name = one.setting("name", "");
        SettingDefinition<Integer> size = one.setting("size", 1);
        BindingResult added = tree.add(one, last);
        FakeSettingsOwner two = pool.detached("worker-2");
        two.setting("rate", 1);
        // Then
        assertThat(BoundTree.printed(added)).isEmpty();
        assertThat(rate.get()).isEqualTo(5);
        assertThat(name.get()).isEqualTo("x");
        assertThat(size.get()).isEqualTo(3);
        assertThat(BoundTree.printed(tree.add(two, last)))
                .containsExactly("app.toml:4:1: unknown key \"raet\"; did you mean \"rate\"?");
    }

    @Test
    @DisplayName("C-22 settings of a removed child leave the snapshot")
    void removed() {
        SettingDefinition<Integer> rate = pool.setting("rate", 1);
        SettingValues snapshot = tree.load("").snapshot();
        assertThat(snapshot.without(pool.settings()).bound(rate)).isNull();
        assertThat(snapshot.bound(rate)).isNotNull();
    }
}
