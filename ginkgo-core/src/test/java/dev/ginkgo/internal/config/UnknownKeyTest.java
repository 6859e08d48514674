package dev.ginkgo.internal.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Configuration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Unknown keys are reported with their position and a suggestion. */
class UnknownKeyTest {
    private final FakeSettingsOwner root = FakeSettingsOwner.root();
    private final BoundTree tree = new BoundTree(root);

    UnknownKeyTest() {
        root.setting("rate-per-minute", 60);
        FakeSettingsOwner hub = root.child("hub");
        hub.setting("history", 10);
        hub.child("http").setting("bind", "x");
    }

    @Test
    @DisplayName("C-04 an unknown key is an error with its position and the nearest key")
    void unknownKey() {
        assertThat(tree.problems("\n\nrate_per_minut = 5"))
                .containsExactly("app.toml:3:1: unknown key \"rate_per_minut\"; did you mean \"rate-per-minute\"?");
    }

    @Test
    @DisplayName("C-04 an unknown key without a similar key is reported with the known keys of its table")
    void noSimilarKey() {
        FakeSettingsOwner other = FakeSettingsOwner.root();
        other.setting("y", 1);
        assertThat(new BoundTree(other).problems("x = 5"))
                .containsExactly("app.toml:1:1: unknown key \"x\"; known here: y");
    }

    @Test
    @DisplayName("C-04 keys that differ only in case are an error")
    void caseMatters() {
        assertThat(tree.problems("rate-per-minute = 5\nRate-Per-Minute = 6"))
                .containsExactly("app.toml:2:1: unknown key \"Rate-Per-Minute\"; keys are in lower case: write"
                        + " \"rate-per-minute\"");
    }

    @Test
    @DisplayName("C-04 for a key in the wrong table the full key is suggested")
    void wrongTable() {
        assertThat(tree.problems("bind = 'y'"))
                .containsExactly("app.toml:1:1: unknown key \"bind\"; did you mean \"hub.http.bind\"?");
    }

    @Test
    @DisplayName("C-04 for a table of an unknown child the nearest child is suggested")
    void unknownTable() {
        assertThat(tree.problems("[hubb.http]\nbind = 'y'"))
                .containsExactly("app.toml:1:1: unknown table [hubb]; did you mean \"hub\"?");
    }

    @Test
    @DisplayName("C-04 a value in place of a table, and a table in place of a value, are reported as such")
    void tableInPlaceOfValueAndReverse() {
        assertThat(tree.problems("hub = 1\n[rate-per-minute]\nx = 1"))
                .containsExactly(
                        "app.toml:1:1: \"hub\" is a table, not a value; write [hub] and its keys below; known here:"
                                + " history, [hub.http]",
                        "app.toml:2:1: \"rate-per-minute\" is a value, not a table; write rate-per-minute = …");
        assertThat(tree.problems("[[hub]]\nhistory = 1"))
                .singleElement()
                .asString()
                .contains("not a list");
    }

    @Test
    @DisplayName("C-04 dotted keys, inline tables and tables are equivalent")
    void sameTables() {
        for (String toml : List.of(
                "hub.http.bind = 'y'",
                "[hub]\nhttp = { bind = 'y' }",
                "[hub.http]\nbind = 'y'",
                "[hub]\nhttp.bind = 'y'")) {
            assertThat(tree.problems(toml)).as(toml).isEmpty();
            assertThat(tree.snapshot().toString()).isEqualTo("3 settings");
        }
    }

    @Test
    @DisplayName("C-04 an unknown --set key is an error")
    void unknownOverride() {
        assertThat(tree.problems(Configuration.empty()
                        .set("hub.histroy", "1")
                        .set("hub", "1")
                        .set("zzz", "1")))
                .containsExactly(
                        "--set hub: \"hub\" is a table; set one of its keys; known here: history, [hub.http]",
                        "--set hub.histroy: unknown key \"hub.histroy\"; did you mean \"hub.history\"?",
                        "--set zzz: unknown key \"zzz\"; known here: rate-per-minute, [hub]");
    }

    @Test
    @DisplayName("C-04 an unknown GINKGO_ variable is a warning; an invalid value of a known variable is an error")
    void environment() {
        BindingResult bindingResult = tree.load(Configuration.empty()
                .environment(Map.of(
                        "GINKGO_HUB_HISTORI",
                        "1",
                        "GINKGO_RATE_PER_MINUTE",
                        "x",
                        "GINKGO_JAVA_HOME",
                        "y",
                        "GINKGO_TOKEN",
                        "t",
                        "PATH",
                        "z")));
        assertThat(bindingResult.warnings())
                .containsExactly(
                        "env GINKGO_HUB_HISTORI: no setting has this variable; did you mean \"GINKGO_HUB_HISTORY\"?");
        assertThat(BoundTree.printed(bindingResult))
                .containsExactly("env GINKGO_RATE_PER_MINUTE: rate-per-minute: \"x\" is not a whole number; write it"
                        + " like 60");
    }

    @Test
    @DisplayName("C-04 at the root, service is reserved for the runner, and [log] is not checked unless it is declared")
    void reservedNames() {
        assertThat(tree.problems("service = 'Gateway.java'\n[log]\nlevel = 'debug'"))
                .isEmpty();
        SectionOwner log = new SectionOwner("log");
        SettingDefinition<String> level = log.declare(SettingDefinition.of(log, "level", "info"));
        BoundTree withLog = new BoundTree(root, log);
        assertThat(withLog.problems("[log]\nlevl = 'debug'"))
                .containsExactly("app.toml:2:1: unknown key \"levl\"; did you mean \"level\"?");
        assertThat(withLog.problems("[log]\nlevel = 'debug'")).isEmpty();
        assertThat(level.get()).isEqualTo("debug");
        assertThat(level.fullKey()).isEqualTo("log.level");
    }
}
