package dev.ginkgo.run.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.run.client.ClientStreams;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Output, reconnection and exit codes of {@code ginkgo sub}. */
class SubCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName(
            "sub prints one payload per line, the JSON objects with --json, and payloads separated by NUL with --null")
    void printsEachFormat() throws Exception {
        String bytes = Base64.getEncoder().encodeToString(new byte[] {'x', 'y'});
        ScriptedHub.Script script = connection -> connection.stream(false)
                .message("a", "one")
                .line("{\"event\":\"heartbeat\"}")
                .line("{\"event\":\"refused\",\"channel\":\"/a//b\",\"detail\":\"a segment is empty\"}")
                .message("b", "two\\nlines")
                .line("{\"id\":\"c\",\"encoding\":\"base64\",\"data\":\"" + bytes + "\",\"later\":{\"x\":[1]}}")
                .awaitClose();
        try (ScriptedHub hub = ScriptedHub.withScripts(script)) {
            ClientInvocation plain = ClientInvocation.sub("--count", "3", hub.url("/x"));
            assertThat(plain.code()).isZero();
            assertThat(plain.out()).isEqualTo("one\ntwo\nlines\nxy\n");
            assertThat(plain.err()).isEqualTo("ginkgo: channel /a//b was rejected: a segment is empty\n");

            ClientInvocation nul = ClientInvocation.sub("--null", "--count", "3", hub.url("/x"));
            assertThat(nul.code()).isZero();
            assertThat(nul.out()).isEqualTo("one\0two\nlines\0xy\0");

            ClientInvocation json = ClientInvocation.sub("--json", "--count", "1", hub.url("/x"));
            assertThat(json.code()).isZero();
            assertThat(json.out()).isEqualTo("{\"id\":\"a\",\"data\":\"one\"}\n");
            assertThat(hub.requests()).allSatisfy(request -> {
                assertThat(request.line()).isEqualTo("GET /x?as=ndjson HTTP/1.1");
                assertThat(request.header("Last-Event-ID")).isEqualTo("none");
            });
        }
    }

    @Test
    @DisplayName("H-15 sub reconnects and resumes after the last id, also after a truncated line, without loss or"
            + " duplicates")
    void resumesAfterLastId() throws Exception {
        CompletableFuture<ClientInvocation> started = new CompletableFuture<>();
        try (ScriptedHub hub = ScriptedHub.withScripts(
                connection -> {
                    connection.stream(false).message("a", "1").message("b", "2").raw("{\"id\":\"c\",\"da");
                    ClientInvocation sub = started.get(10, TimeUnit.SECONDS);
                    await().until(() -> sub.out().equals("1\n2\n")); // otherwise the disconnect may arrive before them
                },
                connection -> connection.respond("503 Busy", "text/plain", "no", "Retry-After: 0"),
                connection -> connection.stream(true).message("c", "3").endStream(),
                connection -> connection.stream(true).message("d", "4").awaitClose())) {
            ClientInvocation sub = ClientInvocation.sub("--count", "4", hub.url("/x"));
            started.complete(sub);
            assertThat(sub.code()).isZero();
            assertThat(sub.out()).isEqualTo("1\n2\n3\n4\n");
            assertThat(hub.requests())
                    .extracting(request -> request.header("Last-Event-ID"))
                    .containsExactly("none", "b", "b", "c");
            assertThat(sub.err()).contains("; retrying\n").contains("reconnected\n");
        }
    }

    @Test
    @DisplayName("R-112 sub prints a message when it has arrived, also if a part of the next one has arrived with it")
    void printsMessage_beforeNextIsComplete() throws Exception {
        CountDownLatch printed = new CountDownLatch(1);
        try (ScriptedHub hub = ScriptedHub.withScripts(connection -> {
            connection.stream(false).message("a", "1").raw("{\"id\":\"b\",");
            assertThat(printed.await(60, TimeUnit.SECONDS)).isTrue();
            connection.raw("\"data\":\"2\"}\n").awaitClose();
        })) {
            ClientInvocation sub = ClientInvocation.sub("--count", "2", hub.url("/x"));
            await().atMost(Duration.ofSeconds(20)).until(() -> sub.out().equals("1\n"));
            printed.countDown();
            assertThat(sub.code()).isZero();
            assertThat(sub.out()).isEqualTo("1\n2\n");
        }
    }

    @Test
    @DisplayName("sub waits for the retry time in the bye event before it reconnects")
    void honoursRetry() throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(
                connection -> connection.stream(false)
                        .message("a", "1")
                        .line("{\"event\":\"bye\",\"reason\":\"stopping\",\"retry\":900}")
                        .endStream(),
                connection -> connection.stream(true).message("b", "2").awaitClose())) {
            long begin = System.nanoTime();
            ClientInvocation sub = ClientInvocation.sub("--count", "2", hub.url("/x"));
            assertThat(sub.code()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(900));
            assertThat(sub.out()).isEqualTo("1\n2\n");
        }
    }

    @Test
    @DisplayName("H-16 sub exits with 80 on a gap, after it has printed all earlier messages; --ignore-gaps continues")
    void exitsWith80_onGap() throws Exception {
        ScriptedHub.Script withGap = connection -> connection.stream(false)
                .message("a", "1")
                .line("{\"event\":\"gap\",\"missed\":3}")
                .message("e", "5")
                .awaitClose();
        try (ScriptedHub hub = ScriptedHub.withScripts(withGap)) {
            ClientInvocation sub = ClientInvocation.sub("--count", "2", hub.url("/x"));
            assertThat(sub.code()).isEqualTo(80);
            assertThat(sub.out()).isEqualTo("1\n");
            assertThat(sub.err()).contains("3 messages are lost").contains("--ignore-gaps");

            ClientInvocation ignoring = ClientInvocation.sub("--ignore-gaps", "--count", "2", hub.url("/x"));
            assertThat(ignoring.code()).isZero();
            assertThat(ignoring.out()).isEqualTo("1\n5\n");
            assertThat(ignoring.err()).contains("3 messages are lost");
        }
        try (ScriptedHub hub = ScriptedHub.withScripts(
                connection -> connection.stream(false)
                        .message("a", "1")
                        .endStream(), // a disconnect could arrive before the message
                connection -> connection.stream(false).message("z", "9").awaitClose())) {
            ClientInvocation sub = ClientInvocation.sub("--count", "2", hub.url("/x"));
            assertThat(sub.code()).isEqualTo(80);
            assertThat(sub.out()).isEqualTo("1\n");
        }
    }

    @Test
    @DisplayName("sub starts at --since; an id that the hub cannot resume from is a gap, a time is not")
    void startsAtSince() throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(
                connection -> connection.stream(false).message("a", "1").awaitClose())) {
            ClientInvocation time = ClientInvocation.sub("--since", "10m", "--count", "1", hub.url("/x"));
            assertThat(time.code()).isZero();
            assertThat(time.err()).contains("does not retain messages for so long");
            assertThat(ClientInvocation.sub("--since", "some+id", "--count", "1", hub.url("/x"))
                            .code())
                    .isEqualTo(80);
            assertThat(hub.requests())
                    .extracting(ScriptedHub.Request::line)
                    .containsExactly(
                            "GET /x?since=10m&as=ndjson HTTP/1.1", "GET /x?since=some%2Bid&as=ndjson HTTP/1.1");
        }
    }

    @Test
    @DisplayName("after a disconnect before the first message, sub resumes by time or by the id of the start event")
    void resumesBeforeFirstMessage() throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(
                connection -> connection.stream(false).endStream(),
                connection -> connection.stream(true).message("a", "1").awaitClose())) {
            assertThat(ClientInvocation.sub("--count", "1", hub.url("/x")).code())
                    .isZero();
            assertThat(hub.requests().get(1).line()).isEqualTo("GET /x?since=1s&as=ndjson HTTP/1.1");
        }
        try (ScriptedHub hub = ScriptedHub.withScripts(
                connection -> {
                    connection.stream(false);
                    connection
                            .line("{\"event\":\"start\",\"recovered\":false,\"id\":\"here\"}")
                            .endStream();
                },
                connection -> connection.stream(true).message("a", "1").awaitClose())) {
            assertThat(ClientInvocation.sub("--count", "1", hub.url("/x")).code())
                    .isZero();
            assertThat(hub.requests().get(1).header("Last-Event-ID")).isEqualTo("here");
        }
    }

    @Test
    @DisplayName("sub reconnects if nothing is received for --silence")
    void reconnectsAfterSilence() throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(
                connection -> connection.stream(false).message("a", "1").awaitClose(),
                connection -> connection.stream(true).message("b", "2").awaitClose())) {
            ClientInvocation sub = ClientInvocation.sub("--silence", "300ms", "--count", "2", hub.url("/x"));
            assertThat(sub.code()).isZero();
            assertThat(sub.out()).isEqualTo("1\n2\n");
            assertThat(sub.err()).contains("nothing received for 300 ms");
        }
    }

    @Test
    @DisplayName(
            "--exec runs a command for each message, with the payload as input and the id and channel as variables")
    void runsCommandPerMessage() throws Exception {
        Path result = folder.resolve("result");
        String command = "{ printf '%s %s ' \"$MESSAGE_CHANNEL\" \"$MESSAGE_ID\"; cat; echo; } >> '" + result + "'";
        try (ScriptedHub hub = ScriptedHub.withScripts(connection -> connection.stream(false)
                .message("a", "one")
                .line("{\"id\":\"b\",\"channel\":\"/y\",\"data\":\"two\"}")
                .awaitClose())) {
            ClientInvocation sub = ClientInvocation.sub("--exec", command, "--count", "2", hub.url("/x%20x"));
            assertThat(sub.code()).isZero();
            assertThat(result).hasContent("/x x a one\n/y b two\n");
            assertThat(sub.out()).isEmpty();
        }
    }

    @Test
    @DisplayName("if a command fails, sub exits with 1 and prints the position to resume from")
    void exitsWith1_onFailedCommand() throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(connection ->
                connection.stream(false).message("a", "x").message("b", "y").awaitClose())) {
            ClientInvocation sub = ClientInvocation.sub("--exec", "read -r line; test \"$line\" = x", hub.url("/x"));
            assertThat(sub.code()).isEqualTo(1);
            assertThat(sub.err())
                    .contains("failed with exit code 1 for message b of /x")
                    .contains("to resume with that message, use --since a");
        }
    }

    @Test
    @DisplayName("the exit code of sub distinguishes the causes of a failure: 65, 69, 75, 76, 77")
    void exitCodeNamesCause() throws Exception {
        String problem = "{\"title\":\"Bad Channel Name\",\"status\":400,\"detail\":\"a segment is empty\"}";
        assertExits(
                65,
                "a segment is empty",
                connection -> connection.respond("400 No", "application/problem+json", problem));
        assertExits(77, "responded 403", connection -> connection.respond("403 No", "text/plain", "no"));
        assertExits(76, "not a channel of a hub", connection -> connection.respond("200 OK", "text/html", "<html>"));
        assertExits(
                76,
                "not the protocol of a hub",
                connection -> connection.stream(false).line("<html>").awaitClose());
        assertExits(76, "responded 301", connection -> connection.respond("301 There", "text/html", ""));
        assertExits(
                75, "responded 429", connection -> connection.respond("429 Full", "text/plain", "", "Retry-After: 60"));
        ClientInvocation noServer = ClientInvocation.sub("127.0.0.1:1/x");
        assertThat(noServer.code()).isEqualTo(69);
        assertThat(noServer.err()).isEqualTo("ginkgo: cannot connect to 127.0.0.1:1: connection refused\n");
        assertThat(ClientInvocation.sub("ftp://x/y").code()).isEqualTo(64);
    }

    private static void assertExits(int code, String text, ScriptedHub.Script script) throws Exception {
        try (ScriptedHub hub = ScriptedHub.withScripts(script)) {
            ClientInvocation sub = ClientInvocation.sub(hub.url("/x"));
            assertThat(sub.code()).isEqualTo(code);
            assertThat(sub.err()).contains(text);
        }
    }

    @Test
    @DisplayName("sub sends the token of --token-file to the hub")
    void sendsToken() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "abc.def\n");
        try (ScriptedHub hub = ScriptedHub.withScripts(
                connection -> connection.stream(false).message("a", "1").awaitClose())) {
            assertThat(ClientInvocation.sub("--token-file", file.toString(), "--count", "1", hub.url("/x"))
                            .code())
                    .isZero();
            assertThat(hub.requests().getFirst().header("Authorization")).isEqualTo("Bearer abc.def");
        }
        assertThat(ClientInvocation.sub("--token-file", "/nowhere/token", "localhost:1/x")
                        .code())
                .isEqualTo(66);
    }

    @Test
    @DisplayName("if its output is closed, sub exits with 141, the code for SIGPIPE, and prints no error")
    void exitsOnBrokenPipe() throws Exception {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        try (ScriptedHub hub = ScriptedHub.withScripts(
                connection -> connection.stream(false).message("a", "1").awaitClose())) {
            SubCommand subCommand = new SubCommand(new ClientStreams(
                    InputStream.nullInputStream(), new PrintStream(closed), new PrintStream(closed), Map.of()));
            assertThat(new CommandLine(subCommand).execute(hub.url("/x"))).isEqualTo(141);
        }
    }
}
