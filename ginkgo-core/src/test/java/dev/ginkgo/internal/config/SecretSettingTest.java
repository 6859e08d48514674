package dev.ginkgo.internal.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.config.Secret;
import dev.ginkgo.config.SettingInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets are never printed, and may be read from files. */
class SecretSettingTest {
    private static final String VALUE = "hunter2";

    private final FakeSettingsOwner root = FakeSettingsOwner.root();
    private final FakeSettingsOwner cluster = root.child("cluster");
    private final BoundTree tree = new BoundTree(root);

    record Login(String user, Secret password) {
        Login {
            if (user.equals(password.reveal())) {
                throw new IllegalArgumentException("password " + password.reveal() + " is the user");
            }
        }
    }

    @Test
    @DisplayName("C-14 help, changes, problems and the setting itself mask a secret as ••••••")
    void masked() {
        // Given
        SettingDefinition<Secret> secret = cluster.required("secret", Secret.class);
        SettingDefinition<String> token =
                cluster.setting("token", "default-" + VALUE).secret();
        BindingResult before = tree.load(Configuration.empty().set("cluster.secret", VALUE));
        // When
        BindingResult after = tree.load(
                Configuration.empty().text("app.toml", "[cluster]\nsecret = 'hunter22'\ntoken = 'hunter222'"));
        // Then
        assertThat(token.get()).isEqualTo("hunter222");
        assertThat(secret.get().reveal()).isEqualTo("hunter22");
        assertThat(List.of(
                        before.settings(),
                        after,
                        after.raw(),
                        after.snapshot(),
                        before.snapshot().changes(after.snapshot()),
                        secret,
                        token,
                        secret.get(),
                        String.format("%s", secret.get())))
                .allSatisfy(each -> assertThat(each.toString()).doesNotContain(VALUE));
        assertThat(after.settings()).extracting(SettingInfo::value).containsOnly(Secret.MASK);
        assertThat(token).hasToString("cluster.token = ••••••");
    }

    @Test
    @DisplayName("C-14 no problem contains the value of an invalid secret")
    void invalidSecrets() {
        cluster.setting("number", 1).between(1, 5).secret();
        cluster.setting("other", 1).secret();
        cluster.setting("checked", "x")
                .check(each -> !each.startsWith("h"), "is too easy")
                .secret();
        cluster.setting("login", new Login("me", Secret.of("it")));
        cluster.setting("text", Secret.of(""));
        List<String> problems = tree.problems("""
                [cluster]
                number = 12345
                other = "12345"
                checked = "hunter2"
                text = 12345
                [cluster.login]
                user = "hunter2"
                password = "hunter2"
                """);
        assertThat(problems)
                .containsExactly(
                        "app.toml:2:10: cluster.number: •••••• is outside 1..5",
                        "app.toml:3:9: cluster.other: •••••• is not of type int",
                        "app.toml:4:11: cluster.checked: •••••• is too easy",
                        "app.toml:5:8: cluster.text: •••••• is not of type secret",
                        "app.toml:7:8: cluster.login: the values are inconsistent; they are not shown because one of"
                                + " them is a secret");
    }

    @Test
    @DisplayName("C-14 syntax errors do not quote a secret that is not in quotes")
    void unquoted() {
        cluster.setting("secret", Secret.of(""));
        for (String toml :
                List.of("cluster.secret = 12hunter2", "cluster.secret = 'x' hunter2", "cluster.secret = hunter2")) {
            assertThat(tree.problems(toml))
                    .singleElement()
                    .asString()
                    .startsWith("app.toml:1:")
                    .doesNotContain("hunter");
        }
    }

    @Test
    @DisplayName("C-14 a secret can be read from a file: <key>-file, GINKGO_X_FILE, --set, a credentials directory")
    void fromFiles(@TempDir Path directory) throws IOException {
        SettingDefinition<Secret> secret = cluster.required("secret", Secret.class);
        Files.writeString(directory.resolve("a"), "from-a\n");
        Files.writeString(directory.resolve("b"), "from-b\r\n");
        Path credentials = Files.createDirectory(directory.resolve("credentials"));
        Files.writeString(credentials.resolve("cluster.secret"), "from-c");
        Files.writeString(directory.resolve("app.toml"), "[cluster]\nsecret-file = 'a'");
        Configuration toml = Configuration.empty().workingDirectory(directory).file(directory.resolve("app.toml"));
        Configuration credential = toml.credentials(Path.of("credentials"));
        Configuration environment = credential.environment(
                Map.of("GINKGO_CLUSTER_SECRET_FILE", directory.resolve("b").toString()));
        Configuration override = environment.set("cluster.secret-file", "a");
        for (Map.Entry<String, Configuration> each : Map.of("from-a", toml, "from-c", credential, "from-b", environment)
                .entrySet()) {
            assertThat(tree.problems(each.getValue())).isEmpty();
            assertThat(secret.get().reveal()).isEqualTo(each.getKey());
        }
        assertThat(tree.load(override).settings().getFirst().source())
                .hasToString("secret file " + directory.resolve("a"));
        assertThat(secret.get().reveal()).isEqualTo("from-a");
    }

    @Test
    @DisplayName(
            "C-14 a secret file that is unreadable or empty is a problem, and so is giving both a value and a file")
    void invalidFiles(@TempDir Path directory) throws IOException {
        cluster.required("secret", Secret.class);
        Path empty = Files.writeString(directory.resolve("empty"), "\n");
        Path absent = directory.resolve("absent");
        assertThat(tree.problems("cluster.secret-file = '" + absent + "'"))
                .containsExactly("app.toml:1:23: the secret file " + absent
                        + " cannot be read (NoSuchFileException); check that it exists, and check its owner and mode");
        assertThat(tree.problems("cluster.secret-file = '" + empty + "'"))
                .containsExactly("app.toml:1:23: the secret file " + empty + " is empty");
        assertThat(tree.problems("[cluster]\nsecret = 'x'\nsecret-file = '" + empty + "'"))
                .containsExactly(
                        "app.toml:3:15: \"cluster.secret\" is given both as a value (app.toml:2:10) and as a file;"
                                + " remove one");
        assertThat(tree.problems(Configuration.empty()
                        .environment(Map.of("GINKGO_CLUSTER_SECRET", "x", "GINKGO_CLUSTER_SECRET_FILE", "y"))))
                .singleElement()
                .asString()
                .contains("both");
        assertThat(tree.problems(Configuration.empty().credentials(absent)))
                .anyMatch(each -> each.contains("credentials directory does not exist"));
        assertThat(tree.problems("")).singleElement().asString().contains("GINKGO_CLUSTER_SECRET_FILE");
    }
}
