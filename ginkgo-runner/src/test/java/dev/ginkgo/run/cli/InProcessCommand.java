package dev.ginkgo.run.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.run.output.CommandContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The {@code ginkgo} command in this JVM with its own folder, for commands that start no service. */
public final class InProcessCommand {
    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    public InProcessCommand(Path folder) {
        this.folder = folder;
    }

    /** Writes a file to the folder. */
    public InProcessCommand withFile(String name, String text) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent() == null ? folder : file.getParent());
            Files.writeString(file, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public InProcessCommand environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Runs the command and returns its exit code; discards the output of earlier runs. */
    public int run(String... words) {
        out.reset();
        err.reset();
        return new Main(terminal()).run(words);
    }

    /**
     * Runs the command on a thread of its own and completes the future with its exit code. A thread of the common pool
     * would not do: the HTTP client completes its futures there, and a machine with two cores has one of them.
     */
    public CompletableFuture<Integer> runAsync(String... words) {
        CompletableFuture<Integer> code = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                code.complete(run(words));
            } catch (RuntimeException | Error e) {
                code.completeExceptionally(e);
            }
        });
        return code;
    }

    public CommandContext terminal() {
        return new CommandContext(
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                Map.copyOf(environment),
                folder.toAbsolutePath());
    }

    public String out() {
        return out.toString(UTF_8);
    }

    public String err() {
        return err.toString(UTF_8);
    }
}
