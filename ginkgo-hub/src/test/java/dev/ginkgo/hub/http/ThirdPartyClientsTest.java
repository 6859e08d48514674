package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.JdkWebSocketClient;
import dev.ginkgo.hub.testing.NodeJs;
import dev.ginkgo.hub.testing.TestHub;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of third parties. */
class ThirdPartyClientsTest {
    private static final Pattern DATA = Pattern.compile("\"data\":\"([^\"]*)\"");

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, Supplier<List<String>>> received = new LinkedHashMap<>();

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("curl, the JDK, npm's eventsource and npm's ws receive the same messages in the same order")
    void allClients_receiveSameMessages() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        open.add(client::shutdownNow); // its close() would wait for the streams
        try (TestHub testHub = TestHub.start()) {
            subscribeAll(testHub, client);
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> testHub.hub().stats().subscribers() == received.size());

            // When
            List<String> numbers =
                    IntStream.rangeClosed(1, 500).mapToObj(Integer::toString).toList();
            for (String number : numbers.subList(0, 490)) {
                assertThat(testHub.post("/numbers", number).statusCode()).isEqualTo(200);
            }
            for (String number : numbers.subList(490, 500)) {
                TestHub.curl("-d", number, testHub.uri("/numbers").toString());
            }

            // Then
            received.forEach((name, messages) -> await(name)
                    .atMost(ExternalProcess.TIMEOUT)
                    .untilAsserted(() -> assertThat(messages.get()).as(name).isEqualTo(numbers)));
        } finally {
            for (AutoCloseable each : open) {
                each.close();
            }
        }
    }

    private void subscribeAll(TestHub testHub, HttpClient client) throws Exception {
        String url = testHub.uri("/numbers").toString();
        URI socket = URI.create(url.replace("http:", "ws:"));

        ExternalProcess lines = opened(ExternalProcess.start(folder, "curl", "-sSN", url));
        received.put("curl, lines", lines::lines);

        ExternalProcess events =
                opened(ExternalProcess.start(folder, "curl", "-sSN", "-H", "Accept: text/event-stream", url));
        received.put("curl, events", () -> data(events.lines(), "data: ", "{"));

        HttpResponse<Stream<String>> response = client.send(
                HttpRequest.newBuilder(URI.create(url + "?as=ndjson")).build(), HttpResponse.BodyHandlers.ofLines());
        List<String> objects = new CopyOnWriteArrayList<>();
        open.add(response.body());
        Thread.ofVirtual().start(() -> response.body().forEach(objects::add));
        received.put(
                "the JDK, objects",
                () -> objects.stream()
                        .map(DATA::matcher)
                        .filter(Matcher::find)
                        .map(matcher -> matcher.group(1))
                        .toList());

        JdkWebSocketClient jdk = opened(new JdkWebSocketClient(client, socket));
        received.put("the JDK, WebSocket", () -> data(jdk.texts(), "", "\u001e"));

        ExternalProcess source = opened(NodeJs.run("eventsource.mjs", url));
        received.put(
                "npm's eventsource",
                () -> data(source.lines(), "message ", "").stream()
                        .map(line -> line.substring(line.indexOf(' ') + 1))
                        .toList());

        ExternalProcess ws = opened(NodeJs.run("ws.mjs", socket.toString()));
        received.put("npm's ws", () -> data(ws.lines(), "text ", "\u001e"));
    }

    @Test
    @DisplayName("H-18 when the hub stops, npm's ws gets 1001 or 1012, and npm's eventsource gets bye and reconnects")
    void clients_areNotifiedOfShutdown() throws Exception {
        ExternalProcess ws;
        ExternalProcess source;
        int port;
        try (TestHub testHub = TestHub.start()) {
            port = testHub.port();
            ws = opened(NodeJs.run("ws.mjs", "ws://127.0.0.1:" + port + "/x"));
            source = opened(NodeJs.run("eventsource.mjs", testHub.uri("/x").toString()));
            source.awaitOutput("start {");
            ws.awaitOutput("open\n");
            await().until(() -> testHub.hub().stats().subscribers() == 2);
        }
        try {
            ws.awaitOutput("close 10");
            assertThat(ws.lines().getLast()).matches("close (1001|1012) .*");
            source.awaitOutput("bye {");
            // When the hub is started again
            try (TestHub restarted = TestHub.withBind("127.0.0.1:" + port)) {
                await().atMost(ExternalProcess.TIMEOUT)
                        .until(() -> restarted.hub().stats().subscribers() == 1);
                restarted.post("/x", "after");
                source.awaitOutput(" after\n");
            }
        } finally {
            ws.close();
            source.close();
        }
    }

    private <T extends AutoCloseable> T opened(T client) {
        open.add(client);
        return client;
    }

    /** Returns the text after a prefix in each line that has it, without control events. */
    private static List<String> data(List<String> lines, String prefix, String control) {
        return lines.stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .filter(line -> control.isEmpty() || !line.startsWith(control))
                .toList();
    }
}
