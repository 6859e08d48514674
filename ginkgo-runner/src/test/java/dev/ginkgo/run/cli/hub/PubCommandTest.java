package dev.ginkgo.run.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of {@code ginkgo pub}, and its handling of the responses. */
class PubCommandTest {
    private static final ScriptedHub.Script ACCEPTED =
            connection -> connection.respond("200 OK", "application/json", "{\"id\":\"i\",\"channel\":\"/x\"}");

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("R-52 pub posts its argument, each -m, or its standard input; it prints the receipt only with -v")
    void postsArgumentOrStandardInput() throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(ACCEPTED)) {
            // When
            ClientInvocation quiet = ClientInvocation.pub("unused", hub.url("/x"), "hello");
            ClientInvocation repeated = ClientInvocation.pub("unused", hub.url("/x"), "-m", "-5\n", "-m", "");
            ClientInvocation verbose = ClientInvocation.pub("from the input", "-v", "--binary", hub.url("/x"), "-");
            assertThat(quiet.code()).isZero();
            assertThat(repeated.code()).isZero();
            assertThat(verbose.code()).isZero();

            // Then
            assertThat(quiet.out()).isEmpty();
            assertThat(quiet.err()).isEmpty();
            assertThat(verbose.out()).isEqualTo("{\"id\":\"i\",\"channel\":\"/x\"}\n");
            assertThat(hub.requests())
                    .extracting(ScriptedHub.Request::body)
                    .containsExactlyInAnyOrder("hello", "-5\n", "", "from the input");
            assertThat(hub.requests())
                    .extracting(request -> request.header("Content-Type"))
                    .containsExactlyInAnyOrder(
                            "text/plain; charset=utf-8",
                            "text/plain; charset=utf-8",
                            "text/plain; charset=utf-8",
                            "application/octet-stream");
        }
    }

    @Test
    @DisplayName("R-53 pub does not post one line feed at the end of standard input or of a file, except with --binary")
    void postsWithoutLastLineFeed() throws Exception {
        // Given
        Path file = Files.writeString(folder.resolve("message"), "a\nb\n\n");
        Path dos = Files.writeString(folder.resolve("dos"), "c\r\n");
        try (ScriptedHub hub = ScriptedHub.withScripts(ACCEPTED)) {
            // When
            assertThat(ClientInvocation.pub("", hub.url("/x"), "-f", file.toString(), "--file", dos.toString())
                            .code())
                    .isZero();
            assertThat(ClientInvocation.pub("\n", hub.url("/x")).code()).isZero();
            assertThat(ClientInvocation.pub("d\n", hub.url("/x"), "--binary").code())
                    .isZero();

            // Then
            assertThat(hub.requests()).extracting(ScriptedHub.Request::body).containsExactly("a\nb\n", "c", "", "d\n");
        }
    }

    @Test
    @DisplayName(
            "R-52 pub warns if its message is the name of a file, and rejects several kinds of input; exit code 64")
    void warnsOfFileName() throws Exception {
        Path file = Files.writeString(folder.resolve("message"), "text");
        try (ScriptedHub hub = ScriptedHub.withScripts(ACCEPTED)) {
            ClientInvocation named = ClientInvocation.pub("", hub.url("/x"), file.toString());
            assertThat(named.code()).isZero();
            assertThat(named.err()).contains("to publish the file of that name, use --file");
            assertThat(hub.requests()).extracting(ScriptedHub.Request::body).containsExactly(file.toString());

            ClientInvocation both = ClientInvocation.pub("", hub.url("/x"), "hello", "-m", "hello");
            assertThat(both.code()).isEqualTo(64);
            assertThat(both.err()).contains("give a message, --message or --file");
            assertThat(hub.requests()).hasSize(1);
        }
    }

    @Test
    @DisplayName("pub --lines posts each line as one message, also an empty one, each with its own idempotency key")
    void postsEachLine() throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(ACCEPTED)) {
            assertThat(ClientInvocation.pub("one\n\nthree\r\nfour", "--lines", hub.url("/x"), "-")
                            .code())
                    .isZero();
            assertThat(hub.requests())
                    .extracting(ScriptedHub.Request::body)
                    .containsExactly("one", "", "three\r", "four");
            assertThat(hub.requests())
                    .extracting(request -> request.header("Idempotency-Key"))
                    .doesNotContain("none")
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    @DisplayName("H-19 pub retries with the same key if the response is lost or the hub is busy")
    void retriesWithSameKey() throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(
                connection -> {}, // accepts the request and closes the connection
                connection -> connection.respond("503 Stopping", "text/plain", "", "Retry-After: 0"),
                ACCEPTED)) {
            ClientInvocation pub = ClientInvocation.pub("x", hub.url("/x"));
            assertThat(pub.code()).isZero();
            assertThat(hub.requests()).hasSizeGreaterThanOrEqualTo(3);
            assertThat(hub.requests().stream().map(request -> request.header("Idempotency-Key")))
                    .containsOnly(hub.requests().getFirst().header("Idempotency-Key"));
            assertThat(pub.err()).contains("; retrying for 10 s\n").endsWith("reconnected\n");
        }
    }

    @Test
    @DisplayName("the exit code of pub distinguishes the causes of a failed publish: 65, 66, 69, 75, 76, 77")
    void exitCodeNamesCause() throws Exception {
        assertExits(65, "too long", connection -> connection.respond("413 No", "text/plain", "too long"));
        assertExits(77, "responded 401", connection -> connection.respond("401 Who", "text/plain", ""));
        assertExits(76, "no message id", connection -> connection.respond("200 OK", "text/html", "<html>"));
        assertExits(
                75, "responded 429", connection -> connection.respond("429 Full", "text/plain", "", "Retry-After: 60"));
        ClientInvocation noServer = ClientInvocation.pub("x", "--retry-for", "0s", "127.0.0.1:1/x");
        assertThat(noServer.code()).isEqualTo(69);
        assertThat(noServer.err()).isEqualTo("ginkgo: cannot connect to 127.0.0.1:1: connection refused\n");
        ClientInvocation noFile = ClientInvocation.pub("", "127.0.0.1:1/x", "--file", "/nowhere/file");
        assertThat(noFile.code()).isEqualTo(66);
        assertThat(noFile.err()).contains("/nowhere/file: no such file");
    }

    @Test
    @DisplayName("pub --lines prints the number of a rejected line")
    void reportsRejectedLine() throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(
                ACCEPTED, connection -> connection.respond("415 No", "text/plain", "not UTF-8"))) {
            ClientInvocation pub = ClientInvocation.pub("a\nb\nc\n", "--lines", hub.url("/x"));
            assertThat(pub.code()).isEqualTo(65);
            assertThat(pub.err()).contains("line 2: ").contains("not UTF-8");
            assertThat(hub.requests()).hasSize(2);
        }
    }

    private static void assertExits(int code, String text, ScriptedHub.Script script) throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(script)) {
            ClientInvocation pub = ClientInvocation.pub("x", hub.url("/x"));
            assertThat(pub.code()).isEqualTo(code);
            assertThat(pub.err()).contains(text);
        }
    }
}
