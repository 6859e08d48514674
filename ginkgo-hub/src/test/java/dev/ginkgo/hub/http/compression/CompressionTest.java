package dev.ginkgo.hub.http.compression;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is compressed, and for which clients. */
class CompressionTest {
    private static final String SCRIPT = "console.log('a line of a script that is repeated');\n".repeat(100);

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path folder = Path.of("");

    @AfterEach
    void close() {
        client.close();
    }

    private HttpResponse<byte[]> get(TestHub testHub, String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(testHub.uri(path)).header("Accept-Encoding", "gzip, deflate, br, zstd");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static boolean isCompressed(HttpResponse<byte[]> response) {
        return response.headers().firstValue("content-encoding").orElse("").equals("gzip");
    }

    private static String decompressed(HttpResponse<byte[]> response) throws IOException {
        assertThat(isCompressed(response)).isTrue();
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private static List<String> vary(HttpResponse<?> response) {
        return response.headers().allValues("vary").stream()
                .map(each -> each.toLowerCase(Locale.ROOT))
                .toList();
    }

    private static String head(TestHub testHub, String line, String... headers) throws IOException {
        try (RawHttpClient raw = testHub.request(line, headers)) {
            return raw.head().toLowerCase(Locale.ROOT);
        }
    }

    @Test
    @DisplayName("H-254 without a setting pages are compressed, and neither streams nor polls nor data")
    void pages_areCompressedByDefault() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            testHub.hub().publish("/a", SCRIPT);
            for (String page : List.of("/-/dashboard/hub.js", "/-/dashboard/ui.js", "/-/dashboard/style.css")) {
                HttpResponse<byte[]> compressed = get(testHub, page, "Accept", "text/html");
                HttpResponse<String> plain = testHub.get(page, "Accept", "text/html");
                assertThat(decompressed(compressed)).isEqualTo(plain.body());
                assertThat(plain.headers().firstValue("content-encoding")).isEmpty();
                assertThat(vary(compressed)).contains("accept-encoding").isEqualTo(vary(plain));
                // and their entity tags differ, but match each other as weak ones
                String tag = plain.headers().firstValue("etag").orElseThrow();
                assertThat(compressed.headers().firstValue("etag")).hasValue("W/" + tag);
                for (String each : List.of(tag, "W/" + tag)) {
                    assertThat(get(testHub, page, "Accept", "text/html", "If-None-Match", each)
                                    .statusCode())
                            .isEqualTo(304);
                }
            }
            HttpResponse<byte[]> view = get(testHub, "/a", "Accept", "text/html");
            assertThat(decompressed(view))
                    .isEqualTo(testHub.get("/a", "Accept", "text/html").body());
            assertThat(isCompressed(get(testHub, "/a?poll=1&since=all"))).isFalse();
            assertThat(isCompressed(get(testHub, "/-/openapi.json"))).isFalse();
            assertThat(head(testHub, "GET /a", "Accept-Encoding: gzip"))
                    .startsWith("http/1.1 200")
                    .doesNotContain("content-encoding", "accept-encoding");
        }
    }

    @Test
    @DisplayName("H-254 with compression = 'none' nothing is compressed")
    void nothing_isCompressed() throws Exception {
        try (TestHub testHub = TestHub.start("compression = 'none'")) {
            assertThat(isCompressed(get(testHub, "/-/dashboard/hub.js"))).isFalse();
            assertThat(isCompressed(get(testHub, "/a", "Accept", "text/html"))).isFalse();
        }
    }

    @Test
    @DisplayName(
            "H-254 with compression = 'all' streams, polls and data are compressed for clients that accept it, and all"
                    + " say that they depend on it")
    void everything_isCompressed() throws Exception {
        try (TestHub testHub = TestHub.start("compression = 'all'")) {
            testHub.hub().publish("/a", SCRIPT);
            for (String form : List.of("lines", "sse", "ndjson")) {
                String path = "/a?poll=1&since=all&as=" + form;
                HttpResponse<byte[]> poll = get(testHub, path);
                HttpResponse<String> plain = testHub.get(path);
                assertThat(decompressed(poll)).isEqualTo(plain.body());
                assertThat(poll.headers().firstValue("last-event-id"))
                        .isPresent()
                        .isEqualTo(plain.headers().firstValue("last-event-id"));
                assertThat(poll.body().length).isLessThan(plain.body().length() / 3);
                assertThat(vary(poll)).contains("accept-encoding").isEqualTo(vary(plain));
                for (String method : List.of("GET ", "HEAD ")) {
                    String path2 = method + "/a?as=" + form;
                    assertThat(head(testHub, path2, "Accept-Encoding: gzip"))
                            .contains("content-encoding: gzip\r\n", "vary: accept-encoding\r\n");
                    assertThat(head(testHub, path2, "Accept-Encoding: gzip;q=0.5, identity"))
                            .contains("vary: accept-encoding\r\n")
                            .doesNotContain("content-encoding");
                }
            }
            HttpResponse<byte[]> document = get(testHub, "/-/openapi.json");
            assertThat(decompressed(document))
                    .isEqualTo(testHub.get("/-/openapi.json").body());
            assertThat(vary(document)).contains("accept-encoding");
            assertThat(isCompressed(get(testHub, "/-/health/ready"))).isFalse(); // too short
            assertThat(decompressed(get(testHub, "/-/metrics"))).contains("ginkgo_hub_");
            assertThat(head(testHub, "GET /-/dashboard/samples", "Accept-Encoding: gzip"))
                    .contains("content-encoding: gzip\r\n");
        }
    }

    @Test
    @DisplayName("H-254 a changed setting applies to requests from then on")
    void changedSetting_applies() throws Exception {
        try (TestHub testHub = TestHub.start("compression = 'all'")) {
            testHub.hub().publish("/a", SCRIPT);
            String poll = "/a?poll=1&since=all";
            assertThat(isCompressed(get(testHub, poll))).isTrue();
            testHub.tree().reload("[http]\nbind = '127.0.0.1:0'\ncompression = 'none'");
            assertThat(isCompressed(get(testHub, poll))).isFalse();
            assertThat(isCompressed(get(testHub, "/-/dashboard/hub.js"))).isFalse();
        }
    }

    @Test
    @DisplayName("H-254 files of http.page are compressed if they are text that becomes shorter")
    void filesOfPage_areCompressed() throws Exception {
        Files.writeString(folder.resolve("index.html"), "<script type=module src=-/page/app.js></script>");
        Files.writeString(folder.resolve("app.js"), SCRIPT);
        Files.writeString(folder.resolve("picture.png"), SCRIPT);
        try (TestHub testHub = TestHub.start("page = '" + folder + "'")) {
            HttpResponse<byte[]> script = get(testHub, "/-/page/app.js");
            assertThat(decompressed(script)).isEqualTo(SCRIPT);
            assertThat(vary(script)).containsExactly("accept-encoding");
            String tag = script.headers().firstValue("etag").orElseThrow();
            assertThat(tag).startsWith("W/\"");
            HttpResponse<byte[]> unchanged = get(testHub, "/-/page/app.js", "If-None-Match", tag);
            assertThat(unchanged.statusCode()).isEqualTo(304);
            assertThat(vary(unchanged)).containsExactly("accept-encoding");
            for (String other : List.of("/", "/-/page/picture.png")) {
                HttpResponse<byte[]> plain = get(testHub, other);
                assertThat(isCompressed(plain)).isFalse();
                assertThat(vary(plain)).isEmpty();
            }
        }
    }
}
