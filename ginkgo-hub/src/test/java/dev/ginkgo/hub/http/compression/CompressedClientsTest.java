package dev.ginkgo.hub.http.compression;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.NodeJs;
import dev.ginkgo.hub.testing.Python;
import dev.ginkgo.hub.testing.TestCertificates;
import dev.ginkgo.hub.testing.TestHub;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compressed streams with clients that are not ours. */
class CompressedClientsTest {
    private static final String COMPRESSED = "compression = 'all'";

    @TempDir
    private Path folder = Path.of("");

    private final List<String> messages = new ArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();

    private void publish(TestHub testHub, int from, int to) {
        for (int i = from; i < to; i++) {
            String message =
                    "{\"sensor\":\"söuth " + i % 7 + "\",\"value\":" + i * 7919L % 1000 + "}" + "x".repeat(i % 50 * 20);
            messages.add(message);
            testHub.hub().publish("/c", message);
        }
    }

    private String hash() throws Exception {
        String all = String.join("\n", messages) + "\n";
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all.getBytes(UTF_8)));
    }

    private static void awaitSubscribers(TestHub testHub, int count) {
        await().atMost(ExternalProcess.TIMEOUT)
                .until(() -> testHub.hub().stats().subscribers() == count);
    }

    private <T extends AutoCloseable> T opened(T client) {
        opened.add(client);
        return client;
    }

    @AfterEach
    void closeClients() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    @Test
    @DisplayName(
            "H-259 fetch, npm's eventsource and ws, Python's httpx, gzip and websockets, Java's GZIPInputStream and"
                    + " curl read compressed streams, as they arrive and to their end, and ws and websockets publish")
    void clients_readToTheEnd() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        opened.add(client::shutdownNow); // its close() would wait for the stream
        FutureTask<String> java;
        ExternalProcess node;
        ExternalProcess python;
        ExternalProcess curl;
        try (TestHub testHub = TestHub.start(COMPRESSED, "heartbeat = '200ms'")) {
            publish(testHub, 0, 300);
            String url = testHub.uri("/c").toString();
            java = new FutureTask<>(() -> readWithJava(client, testHub));
            Thread.ofVirtual().start(java);
            node = opened(NodeJs.run("compression.mjs", url));
            python = opened(Python.run("compression.py", url));
            curl = opened(
                    ExternalProcess.start(folder, "curl", "-sSN", "-m", "120", "--compressed", url + "?since=all"));
            awaitSubscribers(testHub, 10);
            publish(testHub, 300, 330);
            testHub.hub().publish("/c", "end");

            // Then each has received the messages, although the streams go on
            curl.awaitOutput("\nend\n");
            for (String name : List.of("fetch-lines", "fetch-ndjson", "eventsource")) {
                node.awaitOutput(name + " gzip " + hash());
            }
            for (String name : List.of("ws", "ws-ginkgo.v1")) {
                node.awaitOutput(name + " permessage-deflate " + hash());
            }
            python.awaitOutput("httpx gzip " + hash());
            python.awaitOutput("websockets permessage-deflate " + hash());
            node.awaitOutput("ws-ginkgo.v1 published");
            python.awaitOutput("websockets published permessage-deflate");
        }
        // and when the hub has ended the streams, each has got a valid end
        for (String name : List.of("fetch-lines", "fetch-ndjson", "eventsource", "ws", "ws-ginkgo.v1")) {
            node.awaitOutput(name + " ended");
        }
        for (String name : List.of("httpx", "websockets", "gzip gzip " + hash() + "\ngzip")) {
            python.awaitOutput(name + " ended");
        }
        curl.awaitSuccess();
        assertThat(java.get(60, TimeUnit.SECONDS)).isEqualTo(String.join("\n", messages) + "\nend\n");
    }

    private static String readWithJava(HttpClient client, TestHub testHub) throws Exception {
        HttpResponse<InputStream> response = client.send(
                HttpRequest.newBuilder(testHub.uri("/c?since=all"))
                        .header("Accept-Encoding", "gzip")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        StringBuilder all = new StringBuilder();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(response.body()), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty() && line.charAt(0) != '\u001e') {
                    all.append(line).append('\n');
                }
            }
        }
        return all.toString();
    }

    @Test
    @DisplayName("H-259 curl reads compressed streams and polls over HTTP/2, with TLS and with prior knowledge")
    void curl_readsOverHttp2() throws Exception {
        List<ExternalProcess> streams = new ArrayList<>();
        TestCertificates.Pair pair = new TestCertificates(folder).localhost("server");
        try (TestHub secure = TestHub.start(pair.settings(COMPRESSED))) {
            streams.add(curlReads(
                    secure,
                    List.of(
                            "--http2",
                            "--cacert",
                            pair.certificate().toString(),
                            "https://localhost:" + secure.port() + "/c")));
        }
        try (TestHub plain = TestHub.start(COMPRESSED)) {
            streams.add(curlReads(
                    plain, List.of("--http2-prior-knowledge", plain.uri("/c").toString())));
        }
        for (ExternalProcess stream : streams) {
            stream.awaitSuccess();
        }
    }

    private ExternalProcess curlReads(TestHub testHub, List<String> arguments) throws Exception {
        messages.clear();
        publish(testHub, 0, 300);
        ExternalProcess stream = opened(ExternalProcess.start(folder, curl(arguments, "?since=all")));
        awaitSubscribers(testHub, 1);
        publish(testHub, 300, 330);
        testHub.hub().publish("/c", "end");
        stream.awaitOutput("\nend\n");
        assertThat(stream.output()).contains(String.join("\n", messages));
        assertThat(HubAccess.http(testHub.hub()).openStreams())
                .extracting(each -> each.wireFormat().displayName())
                .containsExactly("http2-gzip-lines");
        ExternalProcess poll = opened(ExternalProcess.start(folder, curl(arguments, "?poll=1&since=all")));
        poll.awaitSuccess();
        assertThat(poll.output()).contains(messages.getFirst() + "\n" + messages.get(1) + "\n");
        return stream;
    }

    private static String[] curl(List<String> arguments, String query) {
        List<String> all = new ArrayList<>(List.of("curl", "-sSN", "-m", "120", "--compressed"));
        all.addAll(arguments.subList(0, arguments.size() - 1));
        all.add(arguments.getLast() + query);
        return all.toArray(String[]::new);
    }
}
