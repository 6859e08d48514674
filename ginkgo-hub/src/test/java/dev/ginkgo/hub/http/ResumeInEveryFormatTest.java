package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.JdkWebSocketClient;
import dev.ginkgo.hub.testing.NodeJs;
import dev.ginkgo.hub.testing.TestHub;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of lines and of WebSockets that resume with the ids they have received. */
class ResumeInEveryFormatTest {
    @TempDir
    private Path folder = Path.of("");

    private static void publish(TestHub testHub, int first, int last) throws Exception {
        for (int i = first; i <= last; i++) {
            assertThat(testHub.post("/n", Integer.toString(i)).statusCode()).isEqualTo(200);
        }
    }

    private static void awaitSubscriber(TestHub testHub) {
        await().atMost(ExternalProcess.TIMEOUT)
                .until(() -> testHub.hub().stats().subscribers() == 1);
    }

    private static List<String> startingWith(ExternalProcess process, String prefix) {
        return process.lines().stream().filter(line -> line.startsWith(prefix)).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "ws"})
    @DisplayName("H-61 Node's WebSocket and npm's ws resume with the ids of as=ndjson and receive each message once")
    void webSocket_resumesWithIds(String client) throws Exception {
        try (TestHub testHub = TestHub.start()) {
            String url = "ws://127.0.0.1:" + testHub.port() + "/n";
            try (ExternalProcess process = NodeJs.run("resuming-websocket.mjs", url, client)) {
                // Given
                process.awaitOutput("start false\n");
                publish(testHub, 1, 50);
                process.awaitOutput("message 50\n");

                // When
                HubAccess.http(testHub.hub())
                        .openStreams()
                        .forEach(stream -> stream.connection().close());
                publish(testHub, 51, 100);
                process.awaitOutput("message 100\n");

                // Then
                List<String> expected = IntStream.rangeClosed(1, 100)
                        .mapToObj(i -> "message " + i)
                        .toList();
                assertThat(startingWith(process, "message")).isEqualTo(expected);
                assertThat(startingWith(process, "start")).first().isEqualTo("start false");
                assertThat(startingWith(process, "start")).last().isEqualTo("start true");
            }
        }
    }

    @Test
    @DisplayName("H-60 a client of lines resumes with the ids of ids=1 and receives each message once")
    void lines_resumeWithIds() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            // Given
            String last;
            try (ExternalProcess curl = curl(testHub, "/n?ids=1")) {
                awaitSubscriber(testHub);
                publish(testHub, 1, 3);
                curl.awaitOutput("\t3\n");
                assertThat(curl.lines().getFirst()).matches("\u001e\\{\"event\":\"start\",.*\"id\":\"[^\"]+\"}");
                assertThat(curl.lines().subList(1, 4)).allMatch(line -> line.matches("[A-Za-z0-9_-]+\t[123]"));
                last = curl.lines().get(2).split("\t", 2)[0];
            }

            // When
            try (ExternalProcess curl = curl(testHub, "/n?ids=1&since=" + last)) {
                curl.awaitOutput("\t3\n");

                // Then
                assertThat(curl.lines().getFirst()).contains("\"event\":\"start\"", "\"recovered\":true");
                assertThat(curl.lines().get(1)).endsWith("\t3");
            }
        }
    }

    @Test
    @DisplayName("H-60 a client of lines that has received nothing resumes with the id of the start event")
    void lines_resumeFromStart() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            String start;
            try (ExternalProcess curl = curl(testHub, "/n?ids=1")) {
                curl.awaitOutput("}\n");
                start = curl.output().replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
            }
            publish(testHub, 1, 1);
            try (ExternalProcess curl = curl(testHub, "/n?ids=1&since=" + start)) {
                curl.awaitOutput("\t1\n");
                assertThat(curl.output()).contains("\"recovered\":true");
            }
        }
    }

    @Test
    @DisplayName("H-60 H-61 a resume after an id whose successors are evicted reports that messages are lost")
    void evictedMessages_areReported() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        try (TestHub testHub = TestHub.startHub("history.count = 2")) {
            String first = testHub.post("/n", "1").body().replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
            publish(testHub, 2, 5);
            try (ExternalProcess curl = curl(testHub, "/n?ids=1&since=" + first);
                    JdkWebSocketClient socket = new JdkWebSocketClient(
                            client, URI.create("ws://127.0.0.1:" + testHub.port() + "/n?as=ndjson&since=" + first))) {
                curl.awaitOutput("\t5\n");
                assertThat(curl.lines().getFirst()).contains("\"recovered\":false");
                await().atMost(ExternalProcess.TIMEOUT)
                        .until(() -> socket.texts().size() == 3);
                assertThat(socket.texts().getFirst()).contains("\"event\":\"start\",\"recovered\":false");
                assertThat(socket.texts().getLast()).matches("\\{\"id\":\"[^\"]+\",\"data\":\"5\"}");
            }
        } finally {
            client.shutdownNow();
        }
    }

    @Test
    @DisplayName("H-60 a long poll with ids=1 has the ids, too")
    void poll_hasIds() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            publish(testHub, 1, 1);
            assertThat(testHub.get("/n?poll=1&ids=1&since=all").body().lines())
                    .anyMatch(line -> line.matches("[A-Za-z0-9_-]+\t1"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/n?ids=2, false, 'use since= to resume'",
        "/n?ids=1, true, use as=ndjson",
        "/n?as=sse, true, valid values are lines and ndjson",
        "/n?as=ndjson&poll=1, true, does not apply to a WebSocket"
    })
    @DisplayName("H-61 a combination that does not exist is a 400 that says what does")
    void invalidCombination_isRejected(String path, boolean upgrade, String detail) throws Exception {
        try (TestHub testHub = TestHub.start();
                var request = upgrade
                        ? testHub.request(
                                "GET " + path,
                                "Upgrade: websocket",
                                "Connection: Upgrade",
                                "Sec-WebSocket-Version: 13",
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
                        : testHub.request("GET " + path)) {
            assertThat(request.response())
                    .startsWith("HTTP/1.1 400")
                    .contains("bad-parameter")
                    .containsIgnoringCase(detail);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Accept: */*, Sec-Fetch-Dest: empty, /n, text/event-stream",
        "Accept: */*, Sec-Fetch-Dest: empty, /n?ids=1, text/plain",
        "Accept: */*, Sec-Fetch-Dest: empty, /n?as=ndjson, application/x-ndjson",
        "Accept: */*, Sec-Fetch-Dest: empty, /*, text/plain",
        "Accept: text/plain, Sec-Fetch-Dest: empty, /n, text/plain",
        "Accept: */*, '', /n, text/plain",
        "'', '', /n, text/plain"
    })
    @DisplayName("H-62 a script in a browser that sends Last-Event-ID and no Accept of its own gets server-sent events")
    void scriptWithLastEventId_getsServerSentEvents(String accept, String other, String path, String type)
            throws Exception {
        try (TestHub testHub = TestHub.start()) {
            String id = testHub.post("/n", "1").body().replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
            String[] headers = List.of(accept, other, "Last-Event-ID: " + id).stream()
                    .filter(header -> !header.isEmpty())
                    .toArray(String[]::new);
            try (var request = testHub.request("GET " + path, headers)) {
                assertThat(request.head()).contains("content-type: " + type);
            }
        }
    }

    private ExternalProcess curl(TestHub testHub, String path) throws Exception {
        return ExternalProcess.start(folder, "curl", "-sSN", testHub.uri(path).toString());
    }
}
