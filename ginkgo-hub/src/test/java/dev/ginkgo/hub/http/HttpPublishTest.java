package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HttpPublishTest {
    @Test
    @DisplayName("a POST to a channel is answered with the message id, the channel and the number of subscribers")
    void post_isAnsweredWithIdChannelAndReceivers() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient subscriber = testHub.lines("/numbers")) {
            // When
            HttpResponse<String> response = testHub.post("/numbers", "7");

            // Then
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
            assertThat(response.body())
                    .matches("\\{\"id\":\"[^\"]+\",\"channel\":\"/numbers\",\"receivers\":1,\"peers\":0}\n");
            assertThat(subscriber.readTo("7\n")).isNotNull();
        }
    }

    @Test
    @DisplayName("H-25 posts on one connection are answered at once, each in one piece")
    void sequentialPosts_areAnsweredAtOnce() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient publisher = testHub.connect()) {
            long start = TimeSource.system().nanos();
            for (int i = 0; i < 1_000; i++) {
                // When
                publisher.send("POST /numbers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n7");

                // Then
                assertThat(publisher.readOnce())
                        .startsWith("HTTP/1.1 200 OK\r\n")
                        .endsWith("\"peers\":0}\n");
            }
            Duration elapsed = Duration.ofNanos(TimeSource.system().nanos() - start);
            assertThat(elapsed)
                    .as("1,000 posts; with delayed acknowledgements they took 44 s")
                    .isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    @DisplayName("pipelined requests are answered in order")
    void pipelinedRequests_areAnsweredInOrder() throws IOException {
        try (TestHub testHub = TestHub.start();
                RawHttpClient publisher = testHub.connect()) {
            // When
            String post = "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1";
            publisher.send(post + post.replace("/a", "/b") + "GET /-/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");

            // Then
            assertThat(publisher.response()).contains("\"channel\":\"/a\"");
            assertThat(publisher.response()).contains("\"channel\":\"/b\"");
            assertThat(publisher.response()).endsWith("\r\n\r\nok\n");
        }
    }

    @Test
    @DisplayName("a chunked body is published as one message")
    void chunkedBody_isPublished() throws IOException {
        try (TestHub testHub = TestHub.start();
                RawHttpClient subscriber = testHub.lines("/x");
                RawHttpClient publisher = testHub.connect()) {
            publisher.send("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            publisher.send("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
            assertThat(publisher.response()).startsWith("HTTP/1.1 200");
            assertThat(subscriber.readTo("\n\r\n")).contains("abcde\n");
        }
    }

    @Test
    @DisplayName("H-13 a body over the limit is rejected before it is sent, and the response is not lost")
    void bodyOverLimit_isRejected() throws Exception {
        try (TestHub testHub = TestHub.start("max-body = '1KiB'")) {
            // When the client waits for 100 Continue, then the body is rejected before it is sent
            try (RawHttpClient client = testHub.connect()) {
                client.send(
                        "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1025\r\nExpect: 100-continue\r\n\r\n");
                assertThat(client.readToEnd())
                        .startsWith("HTTP/1.1 413")
                        .contains("\"code\":\"body-too-large\"", "http.max-body");
            }
            // When the client sends the body at once, then the response is not lost
            try (RawHttpClient client = testHub.connect()) {
                client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000000\r\n\r\n"
                        + "x".repeat(200_000));
                assertThat(client.readToEnd()).startsWith("HTTP/1.1 413");
            }
            // When the body is chunked, then it is rejected at the limit
            try (RawHttpClient client = testHub.connect()) {
                client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
                client.send("400\r\n" + "x".repeat(1024) + "\r\n");
                client.send("1\r\nx\r\n");
                assertThat(client.readToEnd()).startsWith("HTTP/1.1 413");
            }
            // When the body has exactly the maximum length, then it is published
            assertThat(testHub.post("/x", "x".repeat(1024)).statusCode()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("a client that expects 100 Continue receives it")
    void expectContinue_isAnswered() throws IOException {
        try (TestHub testHub = TestHub.start();
                RawHttpClient client = testHub.connect()) {
            client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(client.send("hi").response()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    @DisplayName("H-26 a body that is not UTF-8 is rejected unless it is declared as bytes")
    void bodyNotUtf8_requiresOctetStream() throws IOException {
        byte[] body = {(byte) 0xff, (byte) 0xfe};
        try (TestHub testHub = TestHub.start();
                RawHttpClient client = testHub.connect()) {
            client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n")
                    .send(body);
            assertThat(client.response())
                    .startsWith("HTTP/1.1 415")
                    .contains("unsupported-body", "application/octet-stream");
            client.send(
                            "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: 2\r\n\r\n")
                    .send(body);
            assertThat(client.response()).startsWith("HTTP/1.1 200");
            client.send(
                    "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.response()).startsWith("HTTP/1.1 415");
        }
    }

    @Test
    @DisplayName("an empty message is published")
    void emptyMessage_isPublished() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            assertThat(testHub.post("/x", "").statusCode()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("H-06 an invalid channel name is rejected")
    void invalidChannelName_isRejected() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            for (String path : new String[] {"/a//b", "/", "/%ff", "/a%0ab", "/*", "/a/", "/" + "x".repeat(255)}) {
                assertThat(testHub.post(path, "1").body())
                        .as(path)
                        .contains("\"status\":400", "\"code\":\"bad-channel\"");
            }
            String name = new String("/é".getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            assertThat(testHub.post("/%C3%A9", "1").body()).contains("\"channel\":\"" + name + "\"");
        }
    }

    @Test
    @DisplayName("an unknown query parameter is rejected, not ignored")
    void unknownParameter_isRejected() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            assertThat(testHub.post("/x?ttl=5", "1").body()).contains("bad-parameter", "unknown parameter \\\"ttl\\\"");
            assertThat(testHub.get("/x?from=all").body()).contains("bad-parameter", "known here: as, ids, since");
        }
    }
}
