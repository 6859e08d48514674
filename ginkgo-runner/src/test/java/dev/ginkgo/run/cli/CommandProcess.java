package dev.ginkgo.run.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The {@code ginkgo} command in a separate JVM, which can receive signals. */
public final class CommandProcess implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Process process;
    private final Path output;

    private CommandProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts the command in {@code folder}; its output goes to a file there. */
    public static CommandProcess start(Path folder, String... words) throws IOException {
        return start(folder, command(words));
    }

    /** Returns the command line that starts {@code ginkgo} in a separate JVM. */
    public static List<String> command(String... words) {
        List<String> command = new ArrayList<>(List.of(
                "env", // a test run may ignore signals (nohup does), and child processes inherit that
                "--default-signal=HUP,INT,TERM",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(words));
        return command;
    }

    public static CommandProcess start(Path folder, List<String> command) throws IOException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new CommandProcess(process, output);
    }

    /** Waits until the output contains {@code text}; fails if the process ends without printing it. */
    public CommandProcess awaitOutput(String text) {
        await().atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> output().contains(text) || !process.isAlive());
        if (!output().contains(text)) {
            throw new AssertionError("the process ended without printing \"" + text + "\": " + output());
        }
        return this;
    }

    /**
     * Sends a signal by its name for {@code kill}, such as {@code TERM}, and waits until the process has received it: the
     * kernel delivers a signal once if it is sent again before.
     */
    public CommandProcess signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (code != 0) {
            throw new AssertionError("kill -" + name + " failed: " + output());
        }
        await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(1)).until(this::hasNoPendingSignal);
        return this;
    }

    private boolean hasNoPendingSignal() {
        try (Stream<String> status = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return status.filter(line -> line.startsWith("ShdPnd:"))
                    .allMatch(line -> line.endsWith("\t0000000000000000"));
        } catch (IOException | UncheckedIOException e) {
            return true; // the process has ended, or this is not Linux
        }
    }

    /** Waits until the process has ended, and returns its exit code. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the process is still running: " + output());
        }
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public String output() {
        try {
            return Files.readString(output, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
