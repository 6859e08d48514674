package dev.ginkgo.hub.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of somebody else's program, whose output goes to a file until it is closed. */
public final class ExternalProcess implements AutoCloseable {
    public static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Process process;
    private final Path output;

    private ExternalProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    public static ExternalProcess start(Path folder, String... command) throws IOException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new ExternalProcess(process, output);
    }

    public String output() {
        try {
            return Files.readString(output, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public List<String> lines() {
        return output().lines().toList();
    }

    /** Waits until it has printed that. */
    public ExternalProcess awaitOutput(String text) {
        await().atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> output().contains(text) || !process.isAlive());
        if (!output().contains(text)) {
            throw new AssertionError("it ended without printing \"" + text + "\": " + output());
        }
        return this;
    }

    /** Waits for its end, which has to be a good one. */
    public void awaitSuccess() throws InterruptedException {
        if (!process.waitFor(TIMEOUT.toSeconds() * 4, TimeUnit.SECONDS)) {
            throw new AssertionError("it runs on: " + output());
        }
        if (process.exitValue() != 0) {
            throw new AssertionError("it ended with " + process.exitValue() + ": " + output());
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks it to end, and waits for that. */
    void terminate() {
        process.destroy();
        await().atMost(TIMEOUT).until(() -> !process.isAlive());
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            Files.deleteIfExists(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
