package dev.ginkgo.hub.http.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.auth.tokens.UsersFileAuthenticator;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.TestHub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks the snippets of {@code docs/security.md}. Those for browsers are checked by {@code BrowserTest}. */
class SecurityDocumentationTest {
    private static final Pattern SNIPPET = Pattern.compile("(?ms)^```(\\w+)\\n(.*?)^```$");

    @TempDir
    private Path folder = Path.of("");

    private List<MatchResult> snippets = List.of();

    /** A program with a hub, as the page assumes. */
    private static final class Program extends Service {
        private final MessageHub hub = add("hub", new MessageHub());
    }

    @BeforeEach
    void read() throws IOException {
        Path docs = Path.of(System.getProperty("ginkgo.root", ".."), "docs", "security.md");
        snippets = SNIPPET.matcher(Files.readString(docs)).results().toList();
    }

    /** Returns the snippets in a language that contain a text. */
    private List<String> snippets(String language, String text) {
        return snippets.stream()
                .filter(each -> each.group(1).equals(language))
                .map(each -> each.group(2))
                .filter(each -> each.contains(text))
                .toList();
    }

    private String snippet(String language, String text) {
        List<String> found = snippets(language, text);
        assertThat(found).as(text).isNotEmpty();
        return found.getFirst();
    }

    /** Returns the lines of the shell snippets that start with a command. */
    private Stream<String> commands(String command) {
        return snippets("sh", "").stream()
                .flatMap(each -> each.replace("\\\n", " ").lines())
                .filter(line -> line.startsWith(command + " "));
    }

    private Configuration configuration(String toml) {
        return Configuration.empty().workingDirectory(folder).text("hub.toml", toml);
    }

    private String run(String script) throws Exception {
        try (ExternalProcess process = ExternalProcess.start(folder, "sh", "-ec", script)) {
            process.awaitSuccess();
            return process.output();
        }
    }

    @Test
    @DisplayName("each table of settings, and of users, in the page about security is valid")
    void settings_areValid() throws Exception {
        List<String> tables = snippets("toml", "[hub.");
        assertThat(tables).hasSizeGreaterThan(4);
        for (String table : tables) {
            assertThat(Ginkgo.of(new Program())
                            .configuration(configuration(table))
                            .validate()
                            .problems())
                    .as(table)
                    .isEmpty();
        }
        String users = String.join(
                "\n",
                snippets("toml", "publish = ").stream()
                        .filter(each -> !tables.contains(each))
                        .toList());
        assertThat(users).contains("sha256 = ", "subject = ");
        new UsersFileAuthenticator(Files.writeString(folder.resolve("users.toml"), users)).refresh();
    }

    @Test
    @DisplayName("the documented commands create a token, only its user subscribes with curl")
    void token_isCreatedAndUsed() throws Exception {
        // Given
        String hash = run(snippet("sh", "openssl rand")).substring(0, 64);
        String users = snippet("toml", "sha256 = ");
        Files.writeString(folder.resolve("users.toml"), users.replaceAll("\"[0-9a-f]{64}\"", "\"" + hash + "\""));
        Program program = new Program();
        try (Ginkgo tree = Ginkgo.of(program)
                .configuration(configuration(snippet("toml", "users-file")).set("hub.http.bind", "127.0.0.1:0"))
                .start()) {
            String address = "localhost:" + program.hub.address().port();
            String curl = commands("curl")
                    .filter(line -> line.contains("Bearer"))
                    .findFirst()
                    .orElseThrow();

            // When
            try (ExternalProcess subscriber =
                    ExternalProcess.start(folder, "sh", "-c", "exec " + curl.replace("localhost:8088", address))) {
                // Then
                await().atMost(ExternalProcess.TIMEOUT)
                        .until(() -> program.hub.stats().subscribers() == 1);
                assertThat(subscriber.isAlive()).isTrue();
            }
            assertThat(TestHub.curl(address + "/room/7")).contains("\"code\":\"unauthenticated\"");
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("the documented commands create a certificate, and curl publishes over TLS")
    void certificate_isCreatedAndUsed() throws Exception {
        // Given
        run(commands("openssl")
                .filter(line -> line.contains("req -x509"))
                .findFirst()
                .orElseThrow());
        String toml = snippet("toml", "[hub.http.tls]").replace("/etc/ginkgo/", "");
        Program program = new Program();
        try (Ginkgo tree = Ginkgo.of(program)
                .configuration(configuration(toml).set("hub.http.bind", "127.0.0.1:0"))
                .start()) {
            String curl = commands("curl")
                    .filter(line -> line.contains("--cacert"))
                    .findFirst()
                    .orElseThrow();

            // When, Then
            assertThat(run(curl.replace(
                            "8088", Integer.toString(program.hub.address().port()))))
                    .contains("\"receivers\":0");
            assertThat(tree.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("the documented authenticator of a program compiles")
    void authenticator_compiles() throws Exception {
        Path source = folder.resolve("Snippet.java");
        Files.writeString(source, """
                import dev.ginkgo.hub.MessageHub;
                import dev.ginkgo.hub.auth.*;
                import java.util.*;

                class Snippet {
                    record Session(String user) {}

                    interface Sessions {
                        Optional<Session> find(String token);
                    }

                    void configure(MessageHub hub, Sessions sessions) {
                """ + snippet("java", "authenticateWith") + "}}\n");
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int result = ToolProvider.getSystemJavaCompiler()
                .run(null, errors, errors, "-proc:none", "-d", folder.toString(), source.toString());
        assertThat(result).as(errors.toString(StandardCharsets.UTF_8)).isZero();
    }
}
