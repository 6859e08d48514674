package dev.ginkgo.internal.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ginkgo.config.ConfigException;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.SettingInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Atomicity of loads and consistency of snapshots. */
class BindingTest {
    private final FakeSettingsOwner root = FakeSettingsOwner.root();
    private final SettingDefinition<Integer> rate = root.setting("rate", 60).between(1, 1_000);
    private final SettingDefinition<String> name = root.child("hub").setting("name", "anon");
    private final BoundTree tree = new BoundTree(root);

    @Test
    @DisplayName(
            "C-01 if there is a problem, nothing changes, and all problems are reported with file, line and column")
    void aProblemPreventsAllChanges() {
        // Given
        tree.load("rate = 5\n[hub]\nname = 'a'");
        // When
        BindingResult bindingResult = tree.load("rate = 0\nbogus = 1\n[hub]\nname = 7\n[nowhere]\nx = 1");
        // Then
        assertThat(BoundTree.printed(bindingResult))
                .containsExactly(
                        "app.toml:1:8: rate: 0 is outside 1..1000",
                        "app.toml:2:1: unknown key \"bogus\"; known here: rate, [hub]",
                        "app.toml:4:8: hub.name: 7 is not a string; write it in quotes: \"7\"",
                        "app.toml:5:1: unknown table [nowhere]; known here: rate, [hub]");
        assertThat(rate.get()).isEqualTo(5);
        assertThat(name.get()).isEqualTo("a");
        assertThatThrownBy(bindingResult::orThrow)
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.problems()).hasSize(4))
                .hasMessageContaining("app.toml:1:8")
                .hasMessageContaining("app.toml:5:1");
    }

    @Test
    @DisplayName("C-01 a first load with a problem leaves the settings unbound but still describes them")
    void firstLoadWithAProblem() {
        BindingResult bindingResult = tree.load("rate = 0");
        assertThatThrownBy(rate::get).isInstanceOf(IllegalStateException.class);
        assertThat(bindingResult.settings())
                .extracting(SettingInfo::fullKey, SettingInfo::value)
                .containsExactly(tuple("rate", "60"), tuple("hub.name", "anon"));
    }

    @Test
    @DisplayName("C-01 syntax errors are reported with their positions, without consequential problems")
    void syntaxErrors() {
        FakeSettingsOwner strict = FakeSettingsOwner.root();
        strict.required("server", String.class);
        assertThat(new BoundTree(strict).problems("x = \n[table\nserver = 'a'"))
                .hasSize(2)
                .allMatch(each -> each.matches("app.toml:[12]:\\d+: .*expected.*"));
    }

    @Test
    @DisplayName("C-02 two settings read from one snapshot have both their old or both their new values")
    void noTornPairs() throws InterruptedException {
        // Given a tree in which both settings always have the same value
        FakeSettingsOwner pair = FakeSettingsOwner.root();
        SettingDefinition<Integer> a = pair.setting("a", 0);
        SettingDefinition<Integer> b = pair.setting("b", 0);
        BoundTree both = new BoundTree(pair);
        both.load("");
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<String> torn = new AtomicReference<>("");
        Thread reader = Thread.ofVirtual().start(() -> {
            while (!stop.get()) {
                SettingValues snapshot = both.snapshot();
                if (!snapshot.get(a).equals(snapshot.get(b))) {
                    torn.set(snapshot.get(a) + " and " + snapshot.get(b));
                }
            }
        });
        // When
        for (int i = 1; i <= 300; i++) {
            both.load("a = " + i + "\nb = " + i);
        }
        stop.set(true);
        reader.join();
        // Then
        assertThat(torn.get()).isEmpty();
        assertThat(a.get()).isEqualTo(300);
    }

    @Test
    @DisplayName("C-03 a key removed from the file returns to its default")
    void removedKey() {
        tree.load("rate = 5");
        assertThat(rate.get()).isEqualTo(5);
        tree.load("");
        assertThat(rate.get()).isEqualTo(60);
    }

    @Test
    @DisplayName(
            "C-09 each observer is called once, in order, with the old and the new value, also if another one throws")
    void observers() {
        // Given
        FakeSettingsOwner owner = FakeSettingsOwner.root();
        List<String> calls = new ArrayList<>();
        SettingDefinition<Integer> setting = owner.setting("n", 1)
                .onChange((old, now) -> calls.add("first " + old + " " + now))
                .onChange((_, _) -> {
                    throw new IllegalStateException("no");
                })
                .onChange((old, now) -> calls.add("third " + old + " " + now));
        BoundTree boundTree = new BoundTree(owner);
        SettingValues before = boundTree.load("").snapshot();
        // When
        List<SettingChange> changes = before.changes(boundTree.load("n = 2").snapshot());
        List<Throwable> thrown = changes.getFirst().notifyObservers();
        // Then
        assertThat(changes).singleElement().hasToString("n: 1 -> 2");
        assertThat(changes.getFirst().setting()).isSameAs(setting);
        assertThat(calls).containsExactly("first 1 2", "third 1 2");
        assertThat(thrown).singleElement().asString().contains("no");
    }

    @Test
    @DisplayName("C-12 two trees with different files do not see each other's values")
    void twoTrees() {
        FakeSettingsOwner otherRoot = FakeSettingsOwner.root();
        SettingDefinition<Integer> otherRate = otherRoot.setting("rate", 60);
        tree.load("rate = 1");
        new BoundTree(otherRoot).load("rate = 2");
        assertThat(rate.get()).isEqualTo(1);
        assertThat(otherRate.get()).isEqualTo(2);
        assertThatThrownBy(() -> tree.snapshot().get(otherRate))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another tree");
    }

    @Test
    @DisplayName("C-08 a snapshot can retain the previous values of some settings")
    void retainsPreviousValues() {
        SettingValues before = tree.load("rate = 1\nhub.name = 'old'").snapshot();
        SettingValues after = tree.load("rate = 2\nhub.name = 'new'").snapshot();
        SettingValues merged = after.withPrevious(List.of(rate), before);
        assertThat(merged.get(rate)).isEqualTo(1);
        assertThat(merged.get(name)).isEqualTo("new");
        assertThat(before.changes(merged)).singleElement().hasToString("hub.name: old -> new");
        assertThat(merged.changes(after)).singleElement().hasToString("rate: 1 -> 2");
    }

    @Test
    @DisplayName("C-16 a setting read before binding throws with advice")
    void readBeforeBinding() {
        assertThatThrownBy(rate::get)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("setting \"rate\" of Fake")
                .hasMessageContaining("a constructor declares, onStart acts");
    }

    @Test
    @DisplayName("C-16 the declaration of a setting cannot be changed once it is bound")
    void declaredAfterBinding() {
        tree.load("");
        assertThatThrownBy(() -> rate.between(1, 2)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> rate.help("x")).hasMessageContaining("belongs in the constructor");
        assertThatThrownBy(rate::restartRequired).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> rate.onChange((_, _) -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("N-01 the description of a setting contains the position of its value")
    void descriptionContainsThePosition() {
        assertThat(rate.describe()).isEqualTo("setting `rate`");
        tree.load("rate = 2\nhub.name = 'x'");
        assertThat(rate.describe()).isEqualTo("setting `rate`, file app.toml:1:8");
        assertThat(name.describe()).isEqualTo("setting `hub.name`, file app.toml:2:12");
        tree.load(Configuration.empty().set("rate", "3"));
        assertThat(rate.describe()).isEqualTo("setting `rate`, --set");
        assertThat(name.describe()).isEqualTo("setting `hub.name`, default");
    }
}
