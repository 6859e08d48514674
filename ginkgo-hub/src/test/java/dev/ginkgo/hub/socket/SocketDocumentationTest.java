package dev.ginkgo.hub.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.NodeJs;
import dev.ginkgo.hub.testing.SocketClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Runs the examples of {@code docs/websocket.md}. */
class SocketDocumentationTest {
    private static final Path PAGE = Path.of(System.getProperty("ginkgo.root", ".."), "docs", "websocket.md")
            .toAbsolutePath();
    private static final Pattern TRANSCRIPT = Pattern.compile("```text\n(.*?)```", Pattern.DOTALL);
    private static final Pattern SETTING = Pattern.compile("`(http\\.[a-z-]+|max-[a-z-]+)`");

    @Test
    @DisplayName("H-160 the hub answers each example of the documentation as documented")
    void transcripts_areThoseOfTheHub() throws IOException {
        List<String> lines = TRANSCRIPT
                .matcher(Files.readString(PAGE))
                .results()
                .flatMap(match -> match.group(1).lines())
                .toList();
        assertThat(lines).hasSizeGreaterThan(15);
        try (TestHub testHub = TestHub.start();
                SocketClient client = SocketClient.connect(testHub.hub())) {
            List<String> expected = new ArrayList<>();
            for (String line : lines) {
                if (line.startsWith("> ")) {
                    client.sendPart(line.substring(2), true);
                } else {
                    expected.add(line.substring(2));
                    await().atMost(ExternalProcess.TIMEOUT)
                            .until(() -> client.raw().size() >= expected.size());
                    assertThat(answers(client).subList(0, expected.size())).isEqualTo(expected);
                }
            }
            assertThat(answers(client)).isEqualTo(expected);
        }
    }

    private static List<String> answers(SocketClient client) {
        return client.raw().stream()
                .map(each -> each.replaceAll("\"id\":\"[^\"]+\"", "\"id\":\"…\""))
                .toList();
    }

    @Test
    @DisplayName(
            "H-161 the documented client resumes all of its subscriptions after a disconnect, and shows each message once")
    void documentedClient_resumes() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            testHub.post("/hall", "0");
            try (ExternalProcess client =
                    NodeJs.run("documented-client.mjs", PAGE.toString(), "127.0.0.1:" + testHub.port())) {
                client.awaitOutput("show /hall 0\n");
                testHub.post("/room/1", "1");
                client.awaitOutput("show /room/1 1\n");
                // When
                HubAccess.http(testHub.hub())
                        .openConnections()
                        .forEach(connection -> connection.close().syncUninterruptibly());
                testHub.post("/room/2", "2");
                testHub.post("/hall", "3");
                // Then
                client.awaitOutput("show /room/2 2\n").awaitOutput("show /hall 3\n");
                testHub.post("/room/1", "4");
                client.awaitOutput("show /room/1 4\n");
                assertThat(client.lines())
                        .containsExactlyInAnyOrder(
                                "show /hall 0", "show /room/1 1", "show /room/2 2", "show /hall 3", "show /room/1 4");
            }
        }
    }

    @Test
    @DisplayName("each setting that the documentation names exists")
    void settings_exist() throws IOException {
        try (TestHub testHub = TestHub.start()) {
            List<String> keys = testHub.tree().ginkgo().settings().stream()
                    .map(SettingInfo::fullKey)
                    .toList();
            List<String> named = SETTING.matcher(Files.readString(PAGE))
                    .results()
                    .map(match -> match.group(1))
                    .distinct()
                    .toList();
            assertThat(named).hasSizeGreaterThan(8);
            assertThat(keys).containsAll(named);
        }
    }
}
