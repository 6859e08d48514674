package dev.ginkgo.run.cli.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.run.client.ClientStreams;
import dev.ginkgo.run.output.Style;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import picocli.CommandLine;

/** A run of {@code pub} or {@code sub} in this JVM, with captured output. */
final class ClientInvocation {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> code = new CompletableFuture<>();

    private ClientInvocation(Function<ClientStreams, Object> command, InputStream in, String... words) {
        this(command, in, Map.of(), words);
    }

    private ClientInvocation(
            Function<ClientStreams, Object> command, InputStream in, Map<String, String> environment, String... words) {
        CommandLine line = new CommandLine(command.apply(new ClientStreams(
                in, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), environment)));
        Thread.ofVirtual().start(() -> code.complete(line.execute(words)));
    }

    static ClientInvocation sub(String... words) {
        return new ClientInvocation(SubCommand::new, InputStream.nullInputStream(), words);
    }

    static ClientInvocation subWithEnvironment(Map<String, String> environment, String... words) {
        return new ClientInvocation(SubCommand::new, InputStream.nullInputStream(), environment, words);
    }

    /** Runs {@code sub} as on a terminal. */
    static ClientInvocation subOnTerminal(Style style, String... words) {
        return new ClientInvocation(
                streams -> new SubCommand(streams, style, true), InputStream.nullInputStream(), words);
    }

    static ClientInvocation pub(String input, String... words) {
        return new ClientInvocation(PubCommand::new, new ByteArrayInputStream(input.getBytes(UTF_8)), words);
    }

    int code() throws Exception {
        return code.get(30, TimeUnit.SECONDS);
    }

    String out() {
        return out.toString(UTF_8);
    }

    String err() {
        return err.toString(UTF_8);
    }
}
