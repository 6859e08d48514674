package dev.ginkgo.hub.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MalformedRequestTest {
    private static final String HOST = "Host: localhost\r\n";

    @Test
    @DisplayName("H-23 a request that two implementations could parse differently is a 400, and closes the connection")
    void ambiguousRequest_isRejected() throws IOException {
        Map<String, String> requests = new LinkedHashMap<>();
        requests.put("both", HOST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        requests.put("two lengths", HOST + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab");
        requests.put("one length twice", HOST + "Content-Length: 1, 1\r\n\r\na");
        requests.put("negative", HOST + "Content-Length: -1\r\n\r\n");
        requests.put("signed", HOST + "Content-Length: +1\r\n\r\na");
        requests.put("not a number", HOST + "Content-Length: x\r\n\r\n");
        requests.put("bad chunk", HOST + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n");
        requests.put("bad end of chunk", HOST + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n");
        requests.put("another coding", HOST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
        requests.put("obscured coding", HOST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n");
        requests.put("no host", "X: y\r\n\r\n");
        requests.put("two hosts", HOST + HOST + "\r\n");
        requests.put("space before colon", HOST + "Content-Length : 1\r\n\r\na");
        requests.put("NUL", HOST + "X: a\0b\r\n\r\n");
        try (TestHub testHub = TestHub.start()) {
            for (Map.Entry<String, String> each : requests.entrySet()) {
                try (RawHttpClient client = testHub.connect()) {
                    client.send("POST /x HTTP/1.1\r\n" + each.getValue());
                    assertThat(client.readToEnd())
                            .as(each.getKey())
                            .startsWith("HTTP/1.1 400")
                            .contains("connection: close", "application/problem+json")
                            .doesNotContain("HTTP/1.1 200");
                }
            }
            assertThat(testHub.hub().stats().published()).isZero();
        }
    }

    @Test
    @DisplayName("H-23 input that is not HTTP is a 400")
    void inputThatIsNotHttp_isRejected() throws IOException {
        try (TestHub testHub = TestHub.start()) {
            for (String text :
                    new String[] {"garbage\r\n\r\n", "\0\1\2\3\r\n\r\n", "GET x HTTP/1.1\r\n" + HOST + "\r\n"}) {
                try (RawHttpClient client = testHub.connect()) {
                    assertThat(client.send(text).response()).as(text).startsWith("HTTP/1.1 400");
                }
            }
            try (RawHttpClient client = testHub.connect()) {
                assertThat(client.send("GET /x HTTP/2.0\r\n" + HOST + "\r\n").readToEnd())
                        .startsWith("HTTP/1.1 505");
            }
        }
    }

    @Test
    @DisplayName("H-23 headers over the limit are a 431, a request line over the limit is a 414")
    void headOverLimit_isRejected() throws IOException {
        try (TestHub testHub = TestHub.start()) {
            try (RawHttpClient client = testHub.connect()) {
                client.send("GET /x HTTP/1.1\r\n" + HOST + ("X: " + "x".repeat(1000) + "\r\n").repeat(20));
                assertThat(client.readToEnd()).startsWith("HTTP/1.1 431").contains("headers-too-large");
            }
            try (RawHttpClient client = testHub.connect()) {
                client.send("GET /" + "x".repeat(9000) + " HTTP/1.1\r\n");
                assertThat(client.readToEnd()).startsWith("HTTP/1.1 414").contains("target-too-long");
            }
        }
    }

    @Test
    @DisplayName("H-13 an unsupported method is a 405 that lists the supported ones")
    void unsupportedMethod_isRejected() throws IOException {
        try (TestHub testHub = TestHub.start()) {
            for (String method : new String[] {"PUT", "DELETE", "PATCH", "TRACE", "BREW"}) {
                try (RawHttpClient client = testHub.request(method + " /x")) {
                    assertThat(client.response())
                            .startsWith("HTTP/1.1 405")
                            .contains("Allow: GET, HEAD, POST, OPTIONS\r\n", "\"code\":\"method-not-allowed\"");
                }
            }
            try (RawHttpClient client = testHub.request("OPTIONS *")) {
                assertThat(client.head()).startsWith("HTTP/1.1 204").contains("allow: GET, HEAD, POST, OPTIONS\r\n");
            }
        }
    }

    @Test
    @DisplayName("the host of a target in absolute form takes precedence over the Host header")
    void absoluteForm_overridesHost() throws IOException {
        try (TestHub testHub = TestHub.start()) {
            try (RawHttpClient client = testHub.request("GET http://localhost/-/health/live")) {
                assertThat(client.response()).startsWith("HTTP/1.1 200");
            }
            try (RawHttpClient client = testHub.request("GET http://evil.example/-/health/live")) {
                assertThat(client.response()).startsWith("HTTP/1.1 421");
            }
        }
    }

    @Test
    @DisplayName("a request that accepts no available format is a 406, an unknown format is a 400")
    void unavailableFormat_isRejected() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            assertThat(testHub.get("/x", "Accept", "image/png").body()).contains("not-acceptable", "text/event-stream");
            assertThat(testHub.get("/x?as=xml").body())
                    .contains("bad-parameter", "valid values are lines, sse and ndjson");
        }
    }

    @Test
    @DisplayName("an unknown page below /-/ is a 404 that lists the pages")
    void unknownReservedPage_isNotFound() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            assertThat(testHub.get("/-/health/live").body()).isEqualTo("ok\n");
            assertThat(testHub.get("/-/health/ready").body()).isEqualTo("ok\n");
            assertThat(testHub.get("/-/nothing").body()).contains("\"status\":404", "/-/health/live");
            assertThat(testHub.post("/-/health/live", "").body()).contains("\"status\":405");
        }
    }
}
