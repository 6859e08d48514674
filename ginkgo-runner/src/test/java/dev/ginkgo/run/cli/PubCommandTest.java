package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ginkgo pub} sends, and what it makes of the answers. */
class PubCommandTest {
    private static final ScriptedHub.Script TAKEN =
            stage -> stage.answer("200 OK", "application/json", "{\"id\":\"i\",\"channel\":\"/x\"}");

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("pub posts a file, or its input, as one message, and prints the receipt only if asked")
    void whole() throws Exception {
        Path file = Files.writeString(folder.resolve("message"), "a\nb\n");
        try (ScriptedHub hub = ScriptedHub.withScripts(TAKEN)) {
            ClientInvocation quiet = ClientInvocation.pub("", hub.url("/x"), file.toString());
            assertThat(quiet.code()).isZero();
            assertThat(quiet.out()).isEmpty();
            ClientInvocation told = ClientInvocation.pub("from the input", "-v", "--binary", hub.url("/x"));
            assertThat(told.code()).isZero();
            assertThat(told.out()).isEqualTo("{\"id\":\"i\",\"channel\":\"/x\"}\n");

            assertThat(hub.requests())
                    .extracting(ScriptedHub.Request::body)
                    .containsExactly("a\nb\n", "from the input");
            assertThat(hub.requests())
                    .extracting(request -> request.header("Content-Type"))
                    .containsExactly("text/plain; charset=utf-8", "application/octet-stream");
        }
    }

    @Test
    @DisplayName("pub --lines posts each line by itself, an empty one too, each under a key of its own")
    void lines() throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(TAKEN)) {
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
    @DisplayName("H-19 pub tries again under the same key when the answer is lost or the hub is busy")
    void retries() throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(
                connection -> {}, // takes the request, and is gone
                connection -> connection.answer("503 Stopping", "text/plain", "", "Retry-After: 0"),
                TAKEN)) {
            ClientInvocation pub = ClientInvocation.pub("x", hub.url("/x"));
            assertThat(pub.code()).isZero();
            assertThat(hub.requests()).hasSizeGreaterThanOrEqualTo(3);
            assertThat(hub.requests().stream().map(request -> request.header("Idempotency-Key")))
                    .containsOnly(hub.requests().getFirst().header("Idempotency-Key"));
            assertThat(pub.err()).contains("; retrying for 10 s\n").endsWith("reconnected\n");
        }
    }

    @Test
    @DisplayName("pub's exit code tells why it cannot publish: 65, 66, 69, 75, 76, 77")
    void refusals() throws Exception {
        assertEnds(65, "too long", connection -> connection.answer("413 No", "text/plain", "too long"));
        assertEnds(77, "responded 401", connection -> connection.answer("401 Who", "text/plain", ""));
        assertEnds(76, "no message id", connection -> connection.answer("200 OK", "text/html", "<html>"));
        assertEnds(
                75, "responded 429", connection -> connection.answer("429 Full", "text/plain", "", "Retry-After: 60"));
        ClientInvocation nobody = ClientInvocation.pub("x", "--retry-for", "0s", "127.0.0.1:1/x");
        assertThat(nobody.code()).isEqualTo(69);
        assertThat(nobody.err()).isEqualTo("ginkgo: cannot connect to 127.0.0.1:1: connection refused\n");
        ClientInvocation noFile = ClientInvocation.pub("", "127.0.0.1:1/x", "/nowhere/file");
        assertThat(noFile.code()).isEqualTo(66);
        assertThat(noFile.err()).contains("/nowhere/file: no such file");
    }

    @Test
    @DisplayName("pub --lines says which line was refused")
    void refusedLine() throws Exception {
        try (ScriptedHub hub =
                ScriptedHub.withScripts(TAKEN, connection -> connection.answer("415 No", "text/plain", "not UTF-8"))) {
            ClientInvocation pub = ClientInvocation.pub("a\nb\nc\n", "--lines", hub.url("/x"));
            assertThat(pub.code()).isEqualTo(65);
            assertThat(pub.err()).contains("line 2: ").contains("not UTF-8");
            assertThat(hub.requests()).hasSize(2);
        }
    }

    private static void assertEnds(int code, String text, ScriptedHub.Script script) throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(script)) {
            ClientInvocation pub = ClientInvocation.pub("x", hub.url("/x"));
            assertThat(pub.code()).isEqualTo(code);
            assertThat(pub.err()).contains(text);
        }
    }
}
