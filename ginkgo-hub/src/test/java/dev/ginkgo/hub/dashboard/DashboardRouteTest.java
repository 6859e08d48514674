package dev.ginkgo.hub.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DashboardRouteTest {
    private static final String BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8";

    @Test
    @DisplayName("H-75 without a page of its own, a hub serves the dashboard at /, with a strict security policy")
    void hubWithoutPage_servesDashboard() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            // When a browser requests /
            HttpResponse<String> page = testHub.get("/", "Accept", BROWSER);

            // Then it gets the dashboard, whose policy permits nothing inline
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
            assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                    .startsWith("default-src 'none'")
                    .contains("script-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe", "http:", "*");
            assertThat(page.body()).doesNotContain("<style", "style=", "onclick");

            // And all files that the page and its scripts name are served
            Matcher file = Pattern.compile("/-/dashboard/[a-z0-9./-]+\\.(js|css)")
                    .matcher(page.body() + testHub.get("/-/dashboard/hub.js").body());
            while (file.find()) {
                HttpResponse<String> response = testHub.get(file.group());
                assertThat(response.statusCode()).as(file.group()).isEqualTo(200);
                String tag = response.headers().firstValue("etag").orElseThrow();
                assertThat(testHub.get(file.group(), "If-None-Match", tag).statusCode())
                        .isEqualTo(304);
            }
            assertThat(testHub.get("/-/dashboard/vendor/LICENSES.txt").body())
                    .contains("htm 3.1.1", "uplot 1.6.32", "Apache License", "The MIT License");
        }
    }

    @Test
    @DisplayName("H-75 a client that does not ask for HTML, such as curl, gets a short text at /")
    void clientWithoutHtml_getsText() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            String text = TestHub.curl(testHub.uri("/").toString());
            assertThat(text)
                    .contains(
                            "curl -N http://127.0.0.1:" + testHub.port() + "/numbers",
                            "curl -d 7 http://127.0.0.1:" + testHub.port() + "/numbers");
        }
    }

    @Test
    @DisplayName("H-75 with a page of its own, the hub serves that at /, and the dashboard at /-/dashboard")
    void hubWithPage_servesDashboardBelow(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("index.html"), "own page");
        try (TestHub testHub = TestHub.start("page = '" + folder + "'")) {
            assertThat(testHub.get("/", "Accept", BROWSER).body()).isEqualTo("own page");
            assertThat(testHub.get("/-/dashboard").body()).contains("/-/dashboard/hub.js");
        }
    }

    @Test
    @DisplayName("H-75 http.dashboard = false removes the dashboard; / is then a 404 that says what to do")
    void disabledDashboard_isNotServed() throws Exception {
        try (TestHub testHub = TestHub.start("dashboard = false")) {
            for (String path : new String[] {"/", "/-/dashboard", "/-/dashboard/samples", "/-/dashboard/hub.js"}) {
                assertThat(testHub.get(path, "Accept", BROWSER).statusCode())
                        .as(path)
                        .isEqualTo(404);
            }
            assertThat(testHub.get("/").body()).contains("http.page");
        }
    }

    @Test
    @DisplayName("only the files of the dashboard are served below /-/dashboard, and only to GET and HEAD")
    void otherFiles_areNotServed() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            for (String path : new String[] {
                "/-/dashboard/DashboardRoute.class",
                "/-/dashboard/../MessageHub.class",
                "/-/dashboard//hub.js",
                "/-/dashboard/vendor/",
                "/-/dashboards"
            }) {
                try (RawHttpClient client = testHub.request("GET " + path)) {
                    assertThat(client.head()).as(path).startsWith("HTTP/1.1 404");
                }
            }
            assertThat(testHub.post("/-/dashboard/samples", "x").statusCode()).isEqualTo(405);
            assertThat(testHub.get("/-/dashboard/samples?x=1").statusCode()).isEqualTo(400);
        }
    }

    @Test
    @DisplayName(
            "H-77 samples are served only to clients on this machine that connect directly, and not to other sites")
    void samples_areServedToLocalClientsOnly() throws Exception {
        try (TestHub testHub = TestHub.withBind(
                "0.0.0.0:0",
                "anonymous = true",
                "allowed-hosts = ['hub.example']",
                "allowed-origins = ['https://app.example']")) {
            for (String headers : new String[] {
                "Host: hub.example", // the name that an attacker's DNS server resolves to 127.0.0.1
                "Host: localhost\r\nX-Forwarded-For: 10.0.0.7",
                "Host: localhost\r\nOrigin: https://app.example",
                "Host: localhost\r\nSec-Fetch-Site: cross-site",
                "Host: localhost\r\nSec-Fetch-Site: same-site"
            }) {
                try (RawHttpClient client = testHub.connect()) {
                    client.send("GET /-/dashboard/samples HTTP/1.1\r\n" + headers + "\r\n\r\n");
                    assertThat(client.head()).as(headers).startsWith("HTTP/1.1 403");
                }
            }
            try (RawHttpClient client = testHub.connect()) {
                client.send(
                        "GET /-/dashboard/samples HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\r\n");
                assertThat(client.head()).startsWith("HTTP/1.1 200").contains("content-type: text/event-stream");
                assertThat(client.readTo("\"tree\"")).contains("\"published\":0");
                client.reset();
            }
        }
    }
}
