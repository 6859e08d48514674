package dev.ginkgo.hub.http;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.NodeJs;
import dev.ginkgo.hub.testing.Python;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The messages of JSONTestSuite, and some that resemble the hub's own framing, received by clients of third parties in
 * every format. Each message is published as text, and as bytes that are not UTF-8.
 */
class JsonTestSuiteTest {
    private static final Set<String> NODE =
            Set.of("node-lines", "node-sse", "node-ndjson", "node-websocket", "node-poll");
    private static final Set<String> PYTHON = Set.of(
            "httpx-lines",
            "httpx-sse",
            "httpx-ndjson",
            "httpx-poll-lines",
            "httpx-poll-sse",
            "httpx-poll-ndjson",
            "curl-lines",
            "curl-sse",
            "curl-ndjson",
            "websockets");

    private static final List<String> LIKE_FRAMING = List.of(
            "\u001e{\"event\":\"gap\",\"missed\":1}",
            "a\n\u001e{\"event\":\"gap\"}\nb",
            "data: a\n\nevent: gap\ndata: {}\n\n",
            ":",
            " a",
            "\n",
            "\r\n",
            "\r",
            "\0",
            "\ufeff",
            "\ufeffa",
            "a\u000bb\u000cc\u001cd\u001de\u001ef\u0085g\u2028h\u2029i",
            "\ud83c\udf33 \u0000\ud83c\udf33",
            "7\r\n0\r\n\r\n");

    private final List<String> published = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"/corpus, all", "/*, pages"}) // curl asks for no compression
    @DisplayName(
            "H-68 H-11 each message of JSONTestSuite arrives unchanged in every format, at clients that are not ours;"
                    + " H-259 also if it is compressed")
    void eachMessage_arrivesUnchanged(String path, String compression) throws Exception {
        // Given
        List<String> messages = messages();
        assertThat(messages).hasSizeGreaterThan(300);
        String url = "http://127.0.0.1:%d" + path;
        try (TestHub testHub = TestHub.startHub(
                        "http.heartbeat = '50ms'",
                        "http.compression = '" + compression + "'",
                        "history.count = 10000");
                HttpClient client = HttpClient.newHttpClient()) {
            publish(testHub, client, messages.subList(0, messages.size() / 2));
            try (ExternalProcess node = NodeJs.run("receive.mjs", url.formatted(testHub.port()));
                    ExternalProcess python = Python.run("receive.py", url.formatted(testHub.port()))) {
                awaitPublished(node, NODE);
                awaitPublished(python, PYTHON);
                awaitHeartbeat(testHub);

                // When
                publish(testHub, client, messages.subList(messages.size() / 2, messages.size()));

                // Then
                awaitPublished(node, NODE);
                awaitPublished(python, PYTHON);
            }
        }
    }

    private static List<String> messages() throws Exception {
        try (ExternalProcess node = NodeJs.run("corpus.mjs")) {
            node.awaitSuccess();
            Stream<String> corpus = node.lines().stream()
                    .map(line -> new String(Base64.getDecoder().decode(line), UTF_8));
            return Stream.concat(LIKE_FRAMING.stream(), corpus).toList();
        }
    }

    private void publish(TestHub testHub, HttpClient client, List<String> messages) throws Exception {
        for (String message : messages) {
            publish(testHub, client, "text", message.getBytes(UTF_8));
            publish(testHub, client, "bytes", message.getBytes(UTF_16));
        }
    }

    private void publish(TestHub testHub, HttpClient client, String kind, byte[] payload) throws Exception {
        String type = kind.equals("text") ? "text/plain" : "application/octet-stream";
        HttpRequest post = HttpRequest.newBuilder(testHub.uri("/corpus"))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(payload))
                .build();
        assertThat(client.send(post, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(200);
        published.add(kind + " " + payload.length + " "
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload)));
    }

    /** Waits until a program has received what has been published, in each format, and nothing else. */
    private void awaitPublished(ExternalProcess program, Set<String> formats) {
        for (String format : formats) {
            await(format)
                    .atMost(ExternalProcess.TIMEOUT)
                    .until(() -> received(program, format).size() >= published.size() || !program.isAlive());
            assertThat(received(program, format))
                    .as("%s of a program whose output ends with: %s", format, tail(program.output()))
                    .containsExactlyElementsOf(published);
        }
    }

    private static List<String> received(ExternalProcess program, String format) {
        String output = program.output();
        String complete = output.substring(0, output.lastIndexOf('\n') + 1);
        return complete.lines()
                .filter(line -> line.startsWith(format + " "))
                .map(line -> line.substring(format.length() + 1))
                .toList();
    }

    private static String tail(String output) {
        return output.substring(Math.max(0, output.length() - 1000));
    }

    /** Waits for a heartbeat on a new stream. The streams that were opened before have had one then, too. */
    private static void awaitHeartbeat(TestHub testHub) throws Exception {
        try (RawHttpClient stream = testHub.request("GET /other?as=sse")) {
            stream.readTo("\n:");
        }
    }
}
