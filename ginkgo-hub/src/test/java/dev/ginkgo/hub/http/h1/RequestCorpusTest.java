package dev.ginkgo.hub.http.h1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests of {@code requests.txt}, sent byte by byte as written there. Each is followed by a second one on the same
 * connection: it is served if the first one had exactly one meaning and the connection persists, and never otherwise.
 */
class RequestCorpusTest {
    private static final int MIN_REQUESTS = 140;
    static final String SECOND =
            "POST /second HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\n2";
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 \\d{3} ");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(r|n|t|\\\\|x([0-9a-f]{2}))");

    @SuppressWarnings("NullAway.Init") // before all
    private static TestHub testHub;

    /** Request, and its outcome. */
    record Row(int status, boolean secondIsServed, String name, String request) {
        static Row of(String line) {
            String[] cells = line.split(" \\| ", 4);
            assertThat(cells).as(line).hasSize(4);
            assertThat(cells[1]).as(line).isIn("served", "closed");
            return new Row(Integer.parseInt(cells[0]), cells[1].equals("served"), cells[2], unescaped(cells[3]));
        }

        private static String unescaped(String text) {
            String expanded = text.replace("$C", "$PTransfer-Encoding: chunked\\r\\n\\r\\n")
                    .replace("$P", "POST /x HTTP/1.1\\r\\n$H")
                    .replace("$H", "Host: localhost\\r\\n");
            return ESCAPE.matcher(expanded).replaceAll(Row::character);
        }

        private static String character(MatchResult escape) {
            String hex = escape.group(2);
            if (hex != null) {
                return String.valueOf((char) Integer.parseInt(hex, 16));
            }
            return switch (escape.group(1)) {
                case "r" -> "\r";
                case "n" -> "\n";
                case "t" -> "\t";
                default -> "\\\\"; // one backslash in a replacement
            };
        }

        @Override
        public String toString() {
            return status + ", " + (secondIsServed ? "served" : "closed") + ": " + name;
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

    static Stream<Row> requests() throws IOException {
        try (InputStream in = RequestCorpusTest.class.getResourceAsStream("requests.txt")) {
            String all = new String(Objects.requireNonNull(in, "requests.txt").readAllBytes(), ISO_8859_1);
            return all.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).map(Row::of).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("requests")
    @DisplayName("H-23 H-40 each request of the corpus has its one outcome, and none hides another request")
    void request_hasItsOutcome(Row row) throws IOException {
        try (RawHttpClient client = testHub.connect()) {
            // When
            String responses = client.send(row.request + SECOND).readToEnd();

            // Then
            assertThat(responses).startsWith("HTTP/1.1 " + row.status + " ");
            assertThat(responses.contains("\"channel\":\"/second\""))
                    .as("the second request is served: %s", responses)
                    .isEqualTo(row.secondIsServed);
            if (row.status >= 400) {
                assertThat(responses).doesNotContain("\"channel\":\"/x\"").contains("application/problem+json");
            }
            if (!row.secondIsServed) {
                assertThat(STATUS_LINE.matcher(responses).results()).hasSize(1);
                assertThat(responses).contains("connection: close");
            }
        }
    }

    @Test
    @DisplayName("the corpus has at least 140 requests, each with a name of its own")
    void corpus_isLarge() throws IOException {
        assertThat(requests().map(Row::name))
                .hasSizeGreaterThanOrEqualTo(MIN_REQUESTS)
                .doesNotHaveDuplicates();
    }
}
