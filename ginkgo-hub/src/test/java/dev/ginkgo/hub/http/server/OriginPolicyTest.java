package dev.ginkgo.hub.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OriginPolicyTest {
    @Test
    @DisplayName("H-22 a foreign origin is rejected for every request; the hub's own origin is accepted")
    void foreignOrigin_isRejected() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            for (String origin : new String[] {"https://evil.example", "null", "http://localhost:1", "file://"}) {
                assertThat(testHub.post("/x", "1", "Origin", origin).body())
                        .as(origin)
                        .contains("\"status\":403", "\"code\":\"foreign-origin\"", "http.allowed-origins");
                assertThat(testHub.get("/x", "Origin", origin).statusCode()).isEqualTo(403);
                assertThat(testHub.get("/-/health/live", "Origin", origin).statusCode())
                        .isEqualTo(403);
            }
            String own = "http://127.0.0.1:" + testHub.port();
            assertThat(testHub.post("/x", "1", "Origin", own).statusCode()).isEqualTo(200);
            try (RawHttpClient two =
                    testHub.request("HEAD /x", "Origin: http://localhost", "Origin: https://evil.example")) {
                assertThat(two.head()).startsWith("HTTP/1.1 403");
            }
            assertThat(testHub.hub().stats().published()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("H-22 a listed origin is accepted, and gets CORS headers")
    void listedOrigin_getsCorsHeaders() throws Exception {
        try (TestHub testHub = TestHub.start("allowed-origins = ['https://App.example']")) {
            assertThat(testHub.post("/x", "1", "Origin", "https://app.example")
                            .headers()
                            .map())
                    .containsEntry("access-control-allow-origin", List.of("https://app.example"));
            try (RawHttpClient preflight = testHub.request(
                    "OPTIONS /x", "Origin: https://app.example", "Access-Control-Request-Method: POST")) {
                assertThat(preflight.head())
                        .startsWith("HTTP/1.1 204")
                        .contains("access-control-allow-methods: GET, HEAD, POST, OPTIONS\r\n");
            }
            try (RawHttpClient stream = testHub.request("GET /x", "Origin: https://app.example")) {
                assertThat(stream.head()).contains("access-control-allow-origin: https://app.example\r\n");
            }
        }
    }

    @Test
    @DisplayName("H-22 over loopback the Host must be a loopback name or a listed one")
    void foreignHost_isRejectedOverLoopback() throws IOException {
        try (TestHub testHub = TestHub.start("allowed-hosts = ['hub.example']")) {
            for (String host :
                    new String[] {"evil.example", "evil.example:8088", "localhost.evil.example", "10.0.0.1"}) {
                assertThat(requestLiveness(testHub, host))
                        .as(host)
                        .startsWith("HTTP/1.1 421")
                        .contains("foreign-host");
            }
            for (String host : new String[] {
                "localhost", "LOCALHOST:8088", "a.localhost", "127.0.0.1", "127.8.8.8:1", "[::1]:8088", "hub.example:80"
            }) {
                assertThat(requestLiveness(testHub, host)).as(host).startsWith("HTTP/1.1 200");
            }
            for (String host : new String[] {"", "a b", "a/b", "user@localhost", "[::1"}) {
                assertThat(requestLiveness(testHub, host)).as(host).startsWith("HTTP/1.1 400");
            }
        }
    }

    private static String requestLiveness(TestHub testHub, String host) throws IOException {
        try (RawHttpClient rawHttpClient = testHub.connect()) {
            return rawHttpClient
                    .send("GET /-/health/live HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .response();
        }
    }
}
