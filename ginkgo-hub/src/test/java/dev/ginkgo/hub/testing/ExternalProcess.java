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

/** Process of an external program, with its output in a temporary file. */
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

    /** Writes an empty line to the standard input of the process. */
    public void sendLine() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** Waits until the process has printed a text. */
    public ExternalProcess awaitOutput(String text) {
        await().atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> output().contains(text) || !process.isAlive());
        if (!output().contains(text)) {
            throw new AssertionError("the process ended without printing \"" + text + "\": " + output());
        }
        return this;
    }

    /** Waits for the end of the process, with exit code 0. */
    public void awaitSuccess() throws InterruptedException {
        if (!process.waitFor(TIMEOUT.toSeconds() * 4, TimeUnit.SECONDS)) {
            throw new AssertionError("the process is still running: " + output());
        }
        if (process.exitValue() != 0) {
            throw new AssertionError("the process exited with code " + process.exitValue() + ": " + output());
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends SIGTERM and waits for the end of the process. */
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
