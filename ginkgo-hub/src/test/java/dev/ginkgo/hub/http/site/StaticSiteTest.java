package dev.ginkgo.hub.http.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.config.ConfigException;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticSiteTest {
    @TempDir
    Path folder;

    @BeforeEach
    void createPage() throws IOException {
        Files.writeString(folder.resolve("index.html"), "<script type=module src=-/page/js/app.js></script>");
        Files.createDirectory(folder.resolve("js"));
        Files.writeString(folder.resolve("js/app.js"), "1");
        Files.writeString(folder.resolve(".secret"), "no");
        Files.writeString(folder.resolveSibling("outside.txt"), "no");
    }

    private TestHub start() {
        return TestHub.start("page = '" + folder + "'");
    }

    @Test
    @DisplayName("G-05 the page of http.page is served at /, its other files below /-/page/, each with its media type")
    void page_isServedWithMediaTypes() throws Exception {
        try (TestHub testHub = start()) {
            HttpResponse<String> index = testHub.get("/");
            assertThat(index.statusCode()).isEqualTo(200);
            assertThat(index.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
            assertThat(index.headers().firstValue("content-security-policy").orElseThrow())
                    .startsWith("default-src 'self'")
                    .doesNotContain("unsafe");
            HttpResponse<String> module = testHub.get("/-/page/js/app.js");
            assertThat(module.headers().firstValue("content-type")).hasValue("text/javascript; charset=utf-8");
            assertThat(module.body()).isEqualTo("1");
        }
    }

    @Test
    @DisplayName("an unchanged file is not sent again")
    void unchangedFile_isNotModified() throws Exception {
        try (TestHub testHub = start()) {
            String tag = testHub.get("/").headers().firstValue("etag").orElseThrow();
            HttpResponse<String> same = testHub.get("/", "If-None-Match", "\"other\", W/" + tag);
            assertThat(same.statusCode()).isEqualTo(304);
            assertThat(same.body()).isEmpty();
            assertThat(testHub.get("/", "If-None-Match", "\"other\"").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    @DisplayName("hidden files and files outside the folder are not served")
    void hiddenAndOutsideFiles_areNotServed() throws Exception {
        try (TestHub testHub = start()) {
            for (String path : new String[] {
                "/-/page/.secret",
                "/-/page/../outside.txt",
                "/-/page/%2e%2e/outside.txt",
                "/-/page//etc/passwd",
                "/-/page/",
                "/-/page/js"
            }) {
                try (RawHttpClient rawHttpClient = testHub.request("GET " + path)) {
                    assertThat(rawHttpClient.head()).as(path).startsWith("HTTP/1.1 404");
                }
            }
            assertThat(testHub.post("/-/page/js/app.js", "x").statusCode()).isEqualTo(405);
            assertThat(testHub.post("/", "x").body()).contains("bad-channel");
        }
    }

    @Test
    @DisplayName("H-47 a symbolic link that leaves the folder of http.page fails the start, and names file and target")
    void linkOutOfFolder_failsStart(@TempDir Path outside) throws Exception {
        Path file = Files.writeString(outside.resolve("file.txt"), "no");
        for (Path target : List.of(file, outside)) {
            Path link = Files.createSymbolicLink(folder.resolve("link"), target);
            assertThatThrownBy(this::start)
                    .rootCause()
                    .hasMessageContaining(
                            link + " is a symbolic link to " + target.toRealPath() + ", which is outside");
            Files.delete(link);
        }
    }

    @Test
    @DisplayName("H-47 a symbolic link within the folder is served, as in a mounted Kubernetes ConfigMap")
    void linkWithinFolder_isServed() throws Exception {
        Files.createDirectory(folder.resolve("..2026"));
        Files.writeString(folder.resolve("..2026/data.txt"), "linked");
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026"));
        Files.createSymbolicLink(folder.resolve("data.txt"), Path.of("..data/data.txt"));
        try (TestHub testHub = start()) {
            assertThat(testHub.get("/-/page/data.txt").body()).isEqualTo("linked");
        }
    }

    @Test
    @DisplayName("a reload reads the page again; if that fails, the previous page is served")
    void reload_readsPageAgain() throws Exception {
        try (TestHub testHub = start()) {
            Files.writeString(folder.resolve("index.html"), "new");
            testHub.tree().ginkgo().reload();
            assertThat(testHub.get("/").body()).isEqualTo("new");
            Files.delete(folder.resolve("index.html"));
            assertThat(testHub.tree().ginkgo().reload().problems())
                    .singleElement()
                    .asString()
                    .contains("http.page", "is not a folder with an index.html");
            assertThat(testHub.get("/").body()).isEqualTo("new");
        }
    }

    @Test
    @DisplayName("a folder without index.html fails the start")
    void folderWithoutIndex_failsStart() throws Exception {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> TestHub.start("page = '" + empty + "'"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("http.page: " + empty + " is not a folder with an index.html");
    }
}
