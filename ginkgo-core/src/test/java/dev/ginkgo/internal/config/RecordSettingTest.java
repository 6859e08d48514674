package dev.ginkgo.internal.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A record setting corresponds to a table. */
class RecordSettingTest {
    private final FakeSettingsOwner root = FakeSettingsOwner.root();
    private final BoundTree tree = new BoundTree(root);

    record Tls(boolean on, List<String> ciphers) {}

    record Http(Address bind, Duration idleTimeout, int most, Tls tls) {
        Http {
            if (most > 10 && !tls.on()) {
                throw new IllegalArgumentException("more than 10 need tls.on = true");
            }
        }
    }

    record Self(int x, Self self) {}

    record Strange(Thread thread) {}

    private static final Http DEFAULT =
            new Http(Address.of("localhost:80"), Duration.ofSeconds(5), 1, new Tls(false, List.of()));

    @Test
    @DisplayName("C-20 each component is a key of its own in file, environment, --set and help")
    void flattened() {
        SettingDefinition<Http> http = root.setting("http", DEFAULT);
        BindingResult bindingResult = tree.load(Configuration.empty()
                .text("app.toml", "[http]\nidle-timeout = '1m'\n[http.tls]\nciphers = ['a']")
                .environment(Map.of("GINKGO_HTTP_MOST", "7"))
                .set("http.tls.on", "true"));
        assertThat(BoundTree.printed(bindingResult)).isEmpty();
        assertThat(http.get())
                .isEqualTo(new Http(DEFAULT.bind(), Duration.ofMinutes(1), 7, new Tls(true, List.of("a"))));
        assertThat(bindingResult.settings())
                .extracting(info -> info.fullKey() + " " + info.type() + " " + info.value() + " " + info.source())
                .containsExactly(
                        "http.bind address localhost:80 default",
                        "http.idle-timeout duration 1m file app.toml:2",
                        "http.most int 7 env GINKGO_HTTP_MOST",
                        "http.tls.on boolean true --set",
                        "http.tls.ciphers list of string [a] file app.toml:4");
    }

    @Test
    @DisplayName("C-20 unknown keys and invalid values of components are reported")
    void problems() {
        root.setting("http", DEFAULT);
        assertThat(tree.problems("[http]\nidle_timeot = '1m'\nmost = 'x'\ntls = 1"))
                .containsExactly(
                        "app.toml:2:1: unknown key \"idle_timeot\"; did you mean \"idle-timeout\"?",
                        "app.toml:3:8: http.most: \"x\" is not a whole number; write it like 60",
                        "app.toml:4:1: \"http.tls\" is a table, not a value; write [http.tls] and its keys below; known"
                                + " here: on, ciphers");
        assertThat(tree.problems(Configuration.empty().set("http", "x")))
                .singleElement()
                .asString()
                .contains("\"http\" is a table; set one of its keys");
    }

    @Test
    @DisplayName("C-20 an exception of the compact constructor is a problem at the first key that was given")
    void validated() {
        root.setting("http", DEFAULT);
        assertThat(tree.problems("[http]\nmost = 11"))
                .containsExactly("app.toml:2:8: http: more than 10 need tls.on = true");
    }

    @Test
    @DisplayName("C-20 a required record needs each of its keys")
    void required() {
        SettingDefinition<Tls> tls = root.required("tls", Tls.class);
        assertThat(tree.problems("tls.on = true")).singleElement().asString().startsWith("tls.ciphers: required");
        assertThat(tree.problems("tls = {on = true, ciphers = []}")).isEmpty();
        assertThat(tls.get()).isEqualTo(new Tls(true, List.of()));
    }

    @Test
    @DisplayName(
            "C-20 a record with a component of an unsupported type, or of its own type, is rejected at declaration")
    void rejectedAtDeclaration() {
        assertThatThrownBy(() -> root.required("x", Strange.class))
                .hasMessageContaining("is not supported as the type of a setting");
        assertThatThrownBy(() -> root.required("x", Self.class)).hasMessageContaining("contains itself");
    }
}
