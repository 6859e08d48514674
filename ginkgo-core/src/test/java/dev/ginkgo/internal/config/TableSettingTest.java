package dev.ginkgo.internal.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.Secret;
import dev.ginkgo.config.SettingInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Maps and lists of records: tables whose names the user chooses. */
class TableSettingTest {
    private final FakeSettingsOwner root = FakeSettingsOwner.root();
    private final BoundTree tree = new BoundTree(root);

    record Upstream(String url, Optional<Integer> weight) {
        Upstream {
            if (weight.orElse(1) < 1) {
                throw new IllegalArgumentException("the weight must be at least 1");
            }
        }
    }

    record Login(String user, Secret password) {}

    private static Upstream upstream(String url) {
        return new Upstream(url, Optional.empty());
    }

    @Test
    @DisplayName("C-44 a map of records has one table for each entry, in the order of the file, and of --set")
    void mapOfRecords() {
        // Given
        SettingDefinition<Map<String, Upstream>> upstreams = root.map("upstreams", Upstream.class);

        // When
        BindingResult result = tree.load(Configuration.empty()
                .text(
                        "app.toml",
                        "[upstreams.west]\nurl = 'http://w'\n[upstreams.east]\nurl = 'http://e'\nweight = 2\n")
                .environment(Map.of("GINKGO_UPSTREAMS_WEST_WEIGHT", "3"))
                .set("upstreams.local.url", "http://l"));

        // Then
        assertThat(BoundTree.printed(result)).isEmpty();
        assertThat(upstreams.get())
                .containsExactly(
                        entry("west", new Upstream("http://w", Optional.of(3))),
                        entry("east", new Upstream("http://e", Optional.of(2))),
                        entry("local", upstream("http://l")));
        assertThat(result.settings())
                .extracting(info -> info.fullKey() + " " + info.value() + " " + info.source())
                .containsExactly(
                        "upstreams.west.url http://w file app.toml:2",
                        "upstreams.west.weight 3 env GINKGO_UPSTREAMS_WEST_WEIGHT",
                        "upstreams.east.url http://e file app.toml:4",
                        "upstreams.east.weight 2 file app.toml:5",
                        "upstreams.local.url http://l --set",
                        "upstreams.local.weight none default");
    }

    @Test
    @DisplayName("C-44 a map of scalar values is one table")
    void mapOfScalars() {
        SettingDefinition<Map<String, Integer>> limits = root.map("limits", Integer.class);
        tree.load("[limits]\nsmall = 1\nlarge = 10");
        assertThat(limits.get()).containsExactly(entry("small", 1), entry("large", 10));
        assertThatThrownBy(() -> limits.get().put("more", 2)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(tree.problems("[limits]\nsmall = 'x'"))
                .containsExactly("app.toml:2:9: limits.small: \"x\" is not a whole number; write it like 60");
    }

    @Test
    @DisplayName("C-44 without entries a map has its default; an entry in the file replaces it, and a missing key of an"
            + " entry has the value of the default's entry of the same name")
    void defaultOfAMap() {
        SettingDefinition<Map<String, Upstream>> upstreams = root.setting(
                "upstreams", Map.of("main", new Upstream("http://m", Optional.of(5)), "spare", upstream("http://s")));
        tree.load("");
        assertThat(upstreams.get()).containsOnlyKeys("main", "spare");

        tree.load("[upstreams.main]\nurl = 'http://new'");
        assertThat(upstreams.get()).containsExactly(entry("main", new Upstream("http://new", Optional.of(5))));

        tree.load("[upstreams.main]");
        assertThat(upstreams.get()).containsOnlyKeys("main");
    }

    @Test
    @DisplayName(
            "C-44 problems in an entry are reported at their position: missing and unknown keys, a malformed name, an"
                    + " exception of the record's constructor, a value in place of a table")
    void problemsOfEntries() {
        root.map("upstreams", Upstream.class);
        assertThat(tree.problems("[upstreams.a]\nweight = 1\nurll = 'x'"))
                .containsExactly(
                        "app.toml:3:1: unknown key \"urll\"; did you mean \"url\"?",
                        "upstreams.a.url: required (string), but not given; write it in the file, or give it as"
                                + " GINKGO_UPSTREAMS_A_URL or --set upstreams.a.url=…");
        assertThat(tree.problems("[upstreams.\"A b\"]\nurl = 'x'"))
                .containsExactly("app.toml:1:1: \"A b\" cannot be the name of an entry of \"upstreams\"; it must be"
                        + " lower case words of letters and digits, joined by \"-\"");
        assertThat(tree.problems("[upstreams.a]\nurl = 'x'\n[upstreams.b]\nurl = 'y'\nweight = 0"))
                .containsExactly("app.toml:4:7: upstreams.b: the weight must be at least 1");
        assertThat(tree.problems("upstreams = 1"))
                .containsExactly("app.toml:1:1: \"upstreams\" is a table, not a value; write [upstreams] and its keys"
                        + " below");
        assertThat(tree.problems("[upstreams]\na = 1"))
                .contains("app.toml:2:1: \"upstreams.a\" is a table, not a value; write [upstreams.a] and its"
                        + " keys below; known here: url, weight");
    }

    @Test
    @DisplayName("C-44 a map may not share its table with another setting or a child")
    void rejectsASharedTable() {
        root.map("upstreams", Upstream.class);
        root.setting("upstreams.most", 3);
        assertThat(tree.problems(""))
                .containsExactly("app: two settings, or a setting and a child, use the key \"upstreams\"; rename one");
    }

    @Test
    @DisplayName("C-44 the secrets in a map are masked, and may come from files and variables")
    void secretsInAMap() {
        SettingDefinition<Map<String, Login>> logins = root.map("logins", Login.class);
        BindingResult result = tree.load(Configuration.empty()
                .text("app.toml", "[logins.a]\nuser = 'u'")
                .environment(Map.of("GINKGO_LOGINS_A_PASSWORD", "hunter2")));
        assertThat(requireNonNull(logins.get().get("a")).password().reveal()).isEqualTo("hunter2");
        assertThat(logins.toString() + result.settings()).doesNotContain("hunter2");
    }

    @Test
    @DisplayName("C-45 a list of records is a list of tables, of inline tables, or of numbered tables")
    void listOfRecords() {
        SettingDefinition<List<Upstream>> upstreams = root.list("upstream", Upstream.class);
        for (String toml : List.of(
                "[[upstream]]\nurl = 'http://a'\n[[upstream]]\nurl = 'http://b'\nweight = 2",
                "upstream = [{url = 'http://a'}, {url = 'http://b', weight = 2}]",
                "[upstream.2]\nurl = 'http://b'\nweight = 2\n[upstream.1]\nurl = 'http://a'")) {
            assertThat(tree.problems(toml)).as(toml).isEmpty();
            assertThat(upstreams.get()).containsExactly(upstream("http://a"), new Upstream("http://b", Optional.of(2)));
        }
        tree.load(Configuration.empty()
                .text("app.toml", "[[upstream]]\nurl = 'http://a'")
                .set("upstream.1.weight", "7"));
        assertThat(upstreams.get()).containsExactly(new Upstream("http://a", Optional.of(7)));
        tree.load("upstream = []");
        assertThat(upstreams.get()).isEmpty();
    }

    @Test
    @DisplayName("C-45 problems in an element are reported at their position")
    void problemsOfElements() {
        root.list("upstream", Upstream.class);
        assertThat(tree.problems("[[upstream]]\nurl = 'a'\n[[upstream]]\nurl = 5\nqqqqqq = 1"))
                .containsExactly(
                        "app.toml:4:7: upstream.2.url: 5 is not a string; write it in quotes: \"5\"",
                        "app.toml:5:1: unknown key \"qqqqqq\"; known here: url, weight");
        assertThat(tree.problems("[[upstream]]\nurl = 'a'\n[[upstream]]\nurl = 'b'\nweight = 0"))
                .containsExactly("app.toml:4:7: upstream.2: the weight must be at least 1");
        assertThat(tree.problems("upstream = ['a']"))
                .containsExactly(
                        "app.toml:1:1: \"upstream\" is a list of tables; write [[upstream]] and its keys below,"
                                + " once for each element");
        assertThat(tree.problems("[upstream.first]\nurl = 'a'"))
                .containsExactly(
                        "app.toml:1:1: \"first\" cannot be the name of an entry of \"upstream\"; it must be the"
                                + " number of an element, from 1");
    }

    @Test
    @DisplayName("C-45 a list of tables in place of the table of a record is rejected")
    void rejectsAListInPlaceOfATable() {
        root.setting("http", upstream("http://a"));
        assertThat(tree.problems("[[http]]\nurl = 'x'"))
                .containsExactly("app.toml:1:1: \"http\" is a table, not a list; write [http] and its keys below; known"
                        + " here: url, weight");
    }

    @Test
    @DisplayName(
            "C-44, C-45 -h describes a map and a list without entries, and its output with entries binds to the same"
                    + " values")
    void describesTables() {
        SettingDefinition<Map<String, Upstream>> upstreams = root.map("upstreams", Upstream.class);
        SettingDefinition<List<Upstream>> mirrors = root.list("mirror", Upstream.class);
        root.map("limits", Integer.class);
        assertThat(tree.load("").settings())
                .extracting(info -> info.fullKey() + ": " + info.type() + info.tomlValue())
                .containsExactly(
                        "upstreams: tables [upstreams.NAME] with url, weightOptional.empty",
                        "mirror: tables [[mirror]] with url, weightOptional.empty",
                        "limits: table [limits] of names and valuesOptional.empty");

        // When a file is made of what -h prints
        BindingResult before = tree.load(
                "[upstreams.a]\nurl = 'http://a'\n[[mirror]]\nurl = 'http://m'\n[[mirror]]\nurl = 'http://n'");
        StringBuilder file = new StringBuilder();
        for (SettingInfo info : before.settings()) {
            info.tomlValue().ifPresent(toml -> file.append(info.fullKey() + " = " + toml + "\n"));
        }
        Map<String, Upstream> expected = upstreams.get();

        // Then
        assertThat(tree.problems(file.toString())).isEmpty();
        assertThat(upstreams.get()).isEqualTo(expected);
        assertThat(mirrors.get()).containsExactly(upstream("http://m"), upstream("http://n"));
    }
}
