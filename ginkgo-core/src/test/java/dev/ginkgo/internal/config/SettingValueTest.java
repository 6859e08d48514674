package dev.ginkgo.internal.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.Secret;
import dev.ginkgo.config.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values are parsed according to their type; invalid values are rejected with the expected form. */
class SettingValueTest {
    private final FakeSettingsOwner root = FakeSettingsOwner.root();
    private final BoundTree tree = new BoundTree(root);

    enum Policy {
        DROP_OLDEST,
        BLOCK {
            @Override
            boolean waits() {
                return true;
            }
        };

        boolean waits() {
            return false;
        }
    }

    @Test
    @DisplayName("values of every type are read from TOML")
    void fromToml() {
        SettingDefinition<String> text = root.setting("text", "");
        SettingDefinition<Integer> number = root.setting("number", 1);
        SettingDefinition<Long> big = root.setting("big", 1L);
        SettingDefinition<Double> real = root.setting("real", 1.0);
        SettingDefinition<Boolean> yes = root.setting("yes", false);
        SettingDefinition<Duration> wait = root.setting("wait", Duration.ZERO);
        SettingDefinition<Size> size = root.setting("size", Size.ofBytes(1));
        SettingDefinition<Address> bind = root.setting("bind", Address.of("a:1"));
        SettingDefinition<Policy> policy = root.setting("policy", Policy.BLOCK);
        SettingDefinition<Secret> secret = root.setting("secret", Secret.of(""));
        SettingDefinition<List<Address>> join = root.list("join", Address.class);
        assertThat(tree.problems("""
                text = "a"
                number = 60_000
                big = 5_000_000_000
                real = 2
                yes = true
                wait = "5s"
                size = "64KiB"
                bind = "[::1]:80"
                policy = "drop-oldest"
                secret = "s"
                join = ["a:1", "b:2"]
                """)).isEmpty();
        assertThat(text.get()).isEqualTo("a");
        assertThat(number.get()).isEqualTo(60_000);
        assertThat(big.get()).isEqualTo(5_000_000_000L);
        assertThat(real.get()).isEqualTo(2.0);
        assertThat(yes.get()).isTrue();
        assertThat(wait.get()).isEqualTo(Duration.ofSeconds(5));
        assertThat(size.get()).isEqualTo(Size.ofKibibytes(64));
        assertThat(bind.get()).isEqualTo(new Address("::1", 80));
        assertThat(policy.get()).isEqualTo(Policy.DROP_OLDEST);
        assertThat(secret.get().reveal()).isEqualTo("s");
        assertThat(join.get()).containsExactly(Address.of("a:1"), Address.of("b:2"));
    }

    @Test
    @DisplayName("values from the environment and --set are parsed by type, lists separated by commas")
    void fromText() {
        SettingDefinition<Integer> number = root.setting("number", 1);
        SettingDefinition<Policy> policy = root.setting("policy", Policy.DROP_OLDEST);
        SettingDefinition<List<String>> names = root.list("names", String.class);
        SettingDefinition<List<Integer>> some = root.setting("some", List.of(1));
        SettingDefinition<Boolean> yes = root.setting("yes", false);
        tree.load(Configuration.empty()
                .environment(Map.of("GINKGO_NUMBER", "7", "GINKGO_NAMES", "a, b", "GINKGO_SOME", ""))
                .set("policy", "block")
                .set("yes", "true"));
        assertThat(number.get()).isEqualTo(7);
        assertThat(policy.get()).isEqualTo(Policy.BLOCK);
        assertThat(names.get()).containsExactly("a", "b");
        assertThat(some.get()).isEmpty();
        assertThat(yes.get()).isTrue();
    }

    @Test
    @DisplayName("a list on the command line in the form of a file is rejected with the expected form")
    void listAsInAFile() {
        root.list("names", String.class);
        assertThat(tree.problems(Configuration.empty().set("names", "[\"a\", \"[::1]\"]")))
                .singleElement()
                .asString()
                .contains("names: [\"a\", \"[::1]\"] is in the form of a file; here, separate the elements by commas:"
                        + " a, [::1]");
    }

    @Test
    @DisplayName("an optional value is empty unless it is given, and is parsed and validated like any other")
    void optional() {
        SettingDefinition<Optional<Path>> page = root.optional("page", Path.class);
        SettingDefinition<Optional<Address>> bind = root.optional("bind", Address.class);
        SettingDefinition<Optional<Secret>> key = root.optional("key", Secret.class);
        tree.load(Configuration.empty().set("bind", "a:1").set("key", "hidden"));
        assertThat(page.get()).isEmpty();
        assertThat(bind.get()).contains(Address.of("a:1"));
        assertThat(key.get()).contains(Secret.of("hidden"));
        assertThat(tree.problems("bind = 7\npage = ''"))
                .hasSize(2)
                .anyMatch(problem -> problem.startsWith("app.toml:1:8: bind: \"7\" is not an address"))
                .anyMatch(problem -> problem.startsWith("app.toml:2:8: page: \"\" is not a path"));
    }

    @Test
    @DisplayName("C-06 a value outside its bounds is reported with the bounds and the position")
    void bounds() {
        root.setting("rate-per-minute", 60).between(1, 60_000);
        root.setting("wait", Duration.ofSeconds(1)).between(Duration.ofMillis(1), Duration.ofMinutes(1));
        root.setting("even", 2).check(n -> n % 2 == 0, "is not even");
        assertThat(tree.problems("rate-per-minute = 0\nwait = '2m'\neven = 3"))
                .containsExactly(
                        "app.toml:1:19: rate-per-minute: 0 is outside 1..60000",
                        "app.toml:2:8: wait: 2m is outside 1ms..1m",
                        "app.toml:3:8: even: 3 is not even");
    }

    @Test
    @DisplayName("C-07 a number without a unit for a duration or size is rejected with the expected forms")
    void bareNumber() {
        root.setting("wait", Duration.ZERO);
        root.setting("size", Size.ofBytes(1));
        assertThat(tree.problems("wait = 5\nsize = 5"))
                .containsExactly(
                        "app.toml:1:8: wait: \"5\" is not a duration; write a number and its unit, such as \"250ms\","
                                + " \"5s\", \"1m30s\", \"2h\", \"1d\" or \"PT5S\"",
                        "app.toml:2:8: size: \"5\" is not a size; write a number and its unit, such as \"512B\","
                                + " \"64KiB\" or \"10MB\"");
    }

    @Test
    @DisplayName("a value of the wrong type is rejected with the expected form")
    void wrongTypes() {
        root.setting("number", 1);
        root.setting("policy", Policy.BLOCK);
        root.setting("yes", false);
        root.setting("text", "");
        root.setting("small", 1);
        root.list("join", Address.class);
        assertThat(tree.problems("""
                number = "60"
                policy = "drop-oldst"
                yes = "true"
                text = 5
                small = 3_000_000_000
                join = ["a:1", "b"]
                """))
                .containsExactly(
                        "app.toml:1:10: number: \"60\" is not an int; write it without quotes: 60",
                        "app.toml:2:10: policy: \"drop-oldst\" is not one of drop-oldest, block; did you mean"
                                + " \"drop-oldest\"?",
                        "app.toml:3:7: yes: \"true\" is not a boolean; write it without quotes: true",
                        "app.toml:4:8: text: 5 is not a string; write it in quotes: \"5\"",
                        "app.toml:5:9: small: 3000000000 is outside the range of int, -2147483648..2147483647",
                        "app.toml:6:8: join: element 2: \"b\" is not an address; write host:port, such as"
                                + " \"127.0.0.1:7776\", \"[::1]:80\" or \"localhost:80\"");
        assertThat(tree.problems("join = 'a:1'")).singleElement().asString().contains("in brackets: [\"a:1\"]");
        assertThat(tree.problems("number = 1.5")).singleElement().asString().contains("\"1.5\" is not a whole number");
        assertThat(tree.problems("number = [1]")).singleElement().asString().contains("[1] is not an int");
        assertThat(tree.problems("number = 2026-11-23"))
                .singleElement()
                .asString()
                .contains("not a whole number");
    }

    @Test
    @DisplayName("a missing required setting is reported with the ways to set it")
    void required() {
        root.child("numbers").required("server", Address.class);
        assertThat(tree.problems(""))
                .containsExactly("numbers.server: required (address), but not given; write it in the file, or give it"
                        + " as GINKGO_NUMBERS_SERVER or --set numbers.server=…");
        assertThat(tree.problems("[numbers]\nserver = 5"))
                .as("an invalid value is not reported as missing too")
                .hasSize(1);
        assertThat(tree.problems("numbers.server = 'db:1'")).isEmpty();
    }

    @Test
    @DisplayName(
            "a relative path in a file is resolved against the file's directory, elsewhere against the working directory")
    void paths(@TempDir Path directory) throws IOException {
        SettingDefinition<Path> data = root.setting("data", Path.of("default"));
        SettingDefinition<Path> logs = root.setting("logs", Path.of("default"));
        SettingDefinition<Path> kept = root.setting("kept", Path.of("default"));
        Path etc = Files.createDirectory(directory.resolve("etc"));
        Files.writeString(etc.resolve("app.toml"), "data = 'here/data'\nlogs = 'logs'");
        Configuration configuration = Configuration.empty()
                .workingDirectory(directory)
                .file(Path.of("etc/app.toml"))
                .set("logs", "there");
        assertThat(tree.problems(configuration)).isEmpty();
        assertThat(data.get()).isEqualTo(etc.resolve("here/data"));
        assertThat(logs.get()).isEqualTo(directory.resolve("there"));
        assertThat(kept.get()).isEqualTo(Path.of("default"));
        assertThat(tree.snapshot().source(data)).hasToString("file etc/app.toml:1");
    }

    @Test
    @DisplayName("an unsupported type is rejected at declaration, with the list of supported types")
    void unsupported() {
        assertThatThrownBy(() -> root.setting("x", new StringBuilder()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.StringBuilder is not supported as the type of a setting")
                .hasMessageContaining("Duration, Size, Address, Secret");
        assertThatThrownBy(() -> root.setting("x", List.of())).hasMessageContaining("list(key, Class)");
        assertThatThrownBy(() -> root.setting("x", List.of(List.of(1)))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> root.setting("x", 5).between(6, 7))
                .hasMessageContaining("the default of \"x\", 5, is outside 6..7");
        assertThatThrownBy(() -> root.setting("y", 5).between(7, 6)).hasMessageContaining("empty");
        assertThatThrownBy(() -> root.list("z", String.class).between(List.of(), List.of()))
                .hasMessageContaining("no order");
    }
}
