package dev.ginkgo.hub.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Request parsing, by the rules of RFC 9112 (HTTP/1.1). A request that could be parsed in two ways is rejected, and the
 * connection is closed. Each request is followed by a second one, which must not be served after a rejected one.
 */
class RequestSyntaxTest {
    private static final String HIDDEN =
            "POST /hidden HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx";

    @SuppressWarnings("NullAway.Init") // before all
    private static TestHub testHub;

    /** Request, and the status of its response. */
    record Row(String section, String name, int status, String request) {
        @Override
        public String toString() {
            return section + " " + name + ": " + status;
        }
    }

    @BeforeAll
    static void start() {
        testHub = TestHub.start();
    }

    @AfterAll
    static void stop() {
        testHub.close();
    }

    static Stream<Row> lines() {
        return Stream.of(
                new Row(
                        "2.2",
                        "an empty line before the request is skipped",
                        200,
                        "\r\n" + post("Content-Length: 1", "1")),
                new Row("2.2", "bare LF", 400, "POST /x HTTP/1.1\nHost: localhost\nContent-Length: 1\n\n1"),
                new Row("2.2", "bare LF after one header", 400, post("X: y\nContent-Length: 1", "1")),
                new Row("2.2", "bare CR in a header", 400, post("X: a\rb\r\nContent-Length: 1", "1")),
                new Row("2.2", "bare CR in the first line", 400, "POST /x\r HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                new Row(
                        "2.2",
                        "whitespace before the first header",
                        400,
                        "POST /x HTTP/1.1\r\n Host: localhost\r\n\r\n"),
                new Row("2.3", "a higher minor version is served", 200, line("POST /x HTTP/1.2")),
                new Row(
                        "2.3",
                        "HTTP/1.0 is served",
                        200,
                        "POST /x HTTP/1.0\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1"),
                new Row("2.3", "HTTP/2.0", 505, line("POST /x HTTP/2.0")),
                new Row("2.3", "HTTP/0.9", 400, "GET /x\r\n\r\n"),
                new Row("2.3", "a version in lower case", 400, line("POST /x http/1.1")),
                new Row("2.3", "a version of two digits", 400, line("POST /x HTTP/1.10")),
                new Row("2.3", "a version without a dot", 400, line("POST /x HTTP/11")),
                new Row("2.3", "another protocol", 400, line("POST /x ICY/1.1")),
                new Row("3", "two spaces", 400, line("POST  /x HTTP/1.1")),
                new Row("3", "a space at the end", 400, line("POST /x HTTP/1.1 ")),
                new Row("3", "a space before the method", 400, line(" POST /x HTTP/1.1")),
                new Row("3", "tabs", 400, line("POST\t/x\tHTTP/1.1")),
                new Row("3", "a space in the target", 400, line("POST /x y HTTP/1.1")),
                new Row("3.1", "a method that is not a token", 400, line("PO(ST /x HTTP/1.1")),
                new Row("3.1", "a method in lower case is another method", 405, line("post /x HTTP/1.1")),
                new Row("3.2", "no target", 400, line("POST  HTTP/1.1")),
                new Row("3.2", "a target without a slash", 400, line("POST x HTTP/1.1")),
                new Row("3.2", "a fragment", 400, line("POST /x#y HTTP/1.1")),
                new Row("3.2", "NUL in the target", 400, line("POST /x\0y HTTP/1.1")),
                new Row("3.2", "a byte over 127 in the target", 400, line("POST /x\u00e9 HTTP/1.1")),
                new Row("3.2", "bad UTF-8 in the target", 400, line("POST /%ff HTTP/1.1")),
                new Row("3.2", "incomplete percent-encoding", 400, line("POST /%f HTTP/1.1")),
                new Row("3.2", "no Host", 400, "POST /x HTTP/1.1\r\nContent-Length: 1\r\n\r\n1"),
                new Row("3.2", "two Hosts", 400, post("Host: localhost\r\nContent-Length: 1", "1")),
                new Row("3.2", "an empty Host", 400, "POST /x HTTP/1.1\r\nHost:\r\nContent-Length: 1\r\n\r\n1"),
                new Row("3.2", "an invalid Host", 400, "POST /x HTTP/1.1\r\nHost: a b\r\nContent-Length: 1\r\n\r\n1"),
                new Row("3.2.2", "the absolute form", 200, line("POST http://localhost/x HTTP/1.1")),
                new Row("3.2.2", "the absolute form of another host", 421, line("POST http://evil.example/x HTTP/1.1")),
                new Row("3.2.2", "the absolute form with a user", 400, line("POST http://me@localhost/x HTTP/1.1")),
                new Row("3.2.3", "CONNECT", 400, line("CONNECT localhost:80 HTTP/1.1")),
                new Row("3.2.4", "an asterisk for another method", 400, line("POST * HTTP/1.1")));
    }

    static Stream<Row> fields() {
        return Stream.of(
                new Row("5", "no colon", 400, post("Nonsense\r\nContent-Length: 1", "1")),
                new Row("5", "no name", 400, post(": x\r\nContent-Length: 1", "1")),
                new Row("5.1", "a space before the colon", 400, post("Content-Length : 1", "1")),
                new Row("5.1", "a tab before the colon", 400, post("Content-Length\t: 1", "1")),
                new Row("5.1", "a space in a name", 400, post("Content Length: 1\r\nContent-Length: 1", "1")),
                new Row("5.1", "whitespace around a value is not part of it", 200, post("Content-Length: \t1 \t", "1")),
                new Row("5.1", "NUL in a value", 400, post("X: a\0b\r\nContent-Length: 1", "1")),
                new Row("5.1", "NUL in a name", 400, post("X\0: a\r\nContent-Length: 1", "1")),
                new Row("5.2", "a folded line", 400, post("X: a\r\n b\r\nContent-Length: 1", "1")),
                new Row("5.2", "a folded Content-Length", 400, post("Content-Length:\r\n 1", "1")),
                new Row("5.2", "a folded Transfer-Encoding", 400, post("Transfer-Encoding:\r\n chunked", "0\r\n\r\n")));
    }

    static Stream<Row> lengths() {
        return Stream.of(
                new Row(
                        "6.1",
                        "length and chunks",
                        400,
                        post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
                new Row(
                        "6.1",
                        "chunks and length",
                        400,
                        post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n")),
                new Row(
                        "6.1",
                        "chunks in HTTP/1.0",
                        400,
                        "POST /x HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                new Row("6.1", "CHUNKED is chunked", 200, post("Transfer-Encoding: CHUNKED", "0\r\n\r\n")),
                new Row("6.1", "chunked twice", 400, post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n")),
                new Row(
                        "6.1",
                        "chunked in two fields",
                        400,
                        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
                new Row("6.1", "chunked not last", 400, post("Transfer-Encoding: chunked, gzip", "0\r\n\r\n")),
                new Row("6.1", "another coding", 400, post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")),
                new Row("6.1", "identity", 400, post("Transfer-Encoding: identity", "")),
                new Row("6.1", "xchunked", 400, post("Transfer-Encoding: xchunked", "0\r\n\r\n")),
                new Row("6.1", "an empty coding", 400, post("Transfer-Encoding:", "0\r\n\r\n")),
                new Row(
                        "6.1",
                        "chunked after a vertical tab",
                        400,
                        post("Transfer-Encoding: \u000bchunked", "0\r\n\r\n")),
                new Row("6.1", "chunked with a parameter", 400, post("Transfer-Encoding: chunked;x=y", "0\r\n\r\n")),
                new Row("6.2", "leading zeros", 200, post("Content-Length: 01", "1")),
                new Row("6.2", "a sign", 400, post("Content-Length: +1", "1")),
                new Row("6.2", "negative", 400, post("Content-Length: -1", "")),
                new Row("6.2", "hexadecimal", 400, post("Content-Length: 0x1", "1")),
                new Row("6.2", "not a number", 400, post("Content-Length: one", "1")),
                new Row("6.2", "empty", 400, post("Content-Length:", "1")),
                new Row("6.2", "an inner space", 400, post("Content-Length: 1 1", "1")),
                new Row("6.2", "over 63 bits", 400, post("Content-Length: 9223372036854775808", "1")),
                new Row("6.3", "two different lengths", 400, post("Content-Length: 1\r\nContent-Length: 2", "12")),
                new Row("6.3", "the same length twice", 400, post("Content-Length: 1\r\nContent-Length: 1", "1")),
                new Row("6.3", "a list of lengths", 400, post("Content-Length: 1, 1", "1")),
                new Row("6.3", "neither is an empty message", 200, post("X: y", "")));
    }

    static Stream<Row> chunks() {
        return Stream.of(
                chunked("a chunk", 200, "1\r\na\r\n0\r\n\r\n"),
                chunked(
                        "hexadecimal digits of both cases, leading zeros",
                        200,
                        "00A\r\n0123456789\r\n0a\r\n0123456789\r\n000\r\n\r\n"),
                chunked("not a number", 400, "x\r\na\r\n0\r\n\r\n"),
                chunked("an empty size", 400, "\r\na\r\n0\r\n\r\n"),
                chunked("a sign", 400, "+1\r\na\r\n0\r\n\r\n"),
                chunked("negative", 400, "-1\r\na\r\n0\r\n\r\n"),
                chunked("0x", 400, "0x1\r\na\r\n0\r\n\r\n"),
                chunked("over 63 bits", 400, "ffffffffffffffffff\r\na\r\n0\r\n\r\n"),
                chunked("over 31 bits", 400, "100000001\r\na\r\n0\r\n\r\n"),
                chunked("a bare LF after the size", 400, "1\na\r\n0\r\n\r\n"),
                chunked("a bare CR after the size", 400, "1\ra\r\n0\r\n\r\n"),
                chunked("more data than the size", 400, "1\r\nab\r\n0\r\n\r\n"),
                chunked("no CRLF after the data", 400, "1\r\na0\r\n\r\n"),
                chunked("a bare LF after the data", 400, "1\r\na\n0\r\n\r\n"),
                new Row("7.1.1", "an extension is ignored", 200, inChunks("1;a=b;c=\"d\"\r\na\r\n0;e\r\n\r\n")),
                new Row("7.1.1", "a bare LF in an extension", 400, inChunks("1;a=\n\r\na\r\n0\r\n\r\n")),
                new Row("7.1.1", "a bare CR in an extension", 400, inChunks("1;a\rb\r\na\r\n0\r\n\r\n")),
                new Row(
                        "7.1.1",
                        "an endless extension",
                        400,
                        inChunks("1;" + "a".repeat(20_000) + "\r\na\r\n0\r\n\r\n")),
                new Row("7.1.2", "a trailer is discarded", 200, inChunks("0\r\nX: y\r\n\r\n")),
                new Row(
                        "7.1.2",
                        "a length in a trailer has no effect",
                        200,
                        inChunks("0\r\nContent-Length: 50\r\n\r\n")),
                new Row("7.1.2", "a trailer without a colon", 400, inChunks("0\r\nnonsense\r\n\r\n")),
                new Row("7.1.2", "a trailer with a space before the colon", 400, inChunks("0\r\nX : y\r\n\r\n")),
                new Row(
                        "7.1.2",
                        "an endless trailer",
                        431,
                        inChunks("0\r\n" + ("X: " + "x".repeat(1000) + "\r\n").repeat(20))));
    }

    @ParameterizedTest
    @MethodSource({"lines", "fields", "lengths", "chunks"})
    @DisplayName("H-23 requests are parsed by RFC 9112, and ambiguous ones are rejected")
    void request_isParsedByRfc9112(Row row) throws IOException {
        long before = testHub.hub().stats().published();
        try (RawHttpClient client = testHub.connect()) {
            boolean accepted = row.status == 200;
            client.send(row.request + HIDDEN);
            String responses = client.readToEnd();
            assertThat(responses).startsWith("HTTP/1.1 " + row.status + " ");
            if (accepted && !row.request.contains("HTTP/1.0")) {
                assertThat(responses).contains("\"channel\":\"/x\"", "\"channel\":\"/hidden\"");
                assertThat(testHub.hub().stats().published() - before).isEqualTo(2);
            } else if (accepted) {
                assertThat(responses).contains("connection: close").doesNotContain("/hidden");
            } else if (row.status == 405 || row.status == 421) {
                assertThat(responses).doesNotContain("\"channel\":\"/x\"");
            } else {
                assertThat(responses)
                        .contains("connection: close", "application/problem+json")
                        .containsOnlyOnce("HTTP/1.1 " + row.status)
                        .doesNotContain("HTTP/1.1 200");
                assertThat(testHub.hub().stats().published()).isEqualTo(before);
            }
        }
    }

    private static String line(String first) {
        return first + "\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1";
    }

    private static String post(String fields, String body) {
        return "POST /x HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n\r\n" + body;
    }

    private static String inChunks(String body) {
        return post("Transfer-Encoding: chunked", body);
    }

    private static Row chunked(String name, int status, String body) {
        return new Row("7.1", name, status, inChunks(body));
    }
}
